package org.fusegrad.nn.surgery;

/**
 * A norm that was left as it was.
 *
 * @param norm its path
 * @param why a sentence
 */
public record Kept(String norm, String why) {
    @Override
    public String toString() {
        return norm + " kept: " + why;
    }
}
