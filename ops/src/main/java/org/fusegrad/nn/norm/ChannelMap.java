package org.fusegrad.nn.norm;

/** A norm in its present mode, seen as a map of each channel by itself. */
public sealed interface ChannelMap {
    /**
     * Every channel is multiplied by a number and another is added, whatever the input.
     *
     * @param scale one for each channel
     * @param shift one for each channel
     */
    record Fixed(double[] scale, double[] shift) implements ChannelMap {
        /**
         * Checks the sizes.
         *
         * @throws IllegalArgumentException if they differ
         */
        public Fixed {
            if (scale.length != shift.length) {
                throw new IllegalArgumentException("a map of channels needs one shift for each"
                        + " scale, got " + scale.length + " and " + shift.length);
            }
        }
    }

    /**
     * There is no such map.
     *
     * @param why a clause about the norm that follows its name, such as "is in training mode"
     */
    record Varying(String why) implements ChannelMap {}
}
