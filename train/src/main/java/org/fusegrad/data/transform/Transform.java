package org.fusegrad.data.transform;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A change of an image. Stateless, so that threads can share it: all that is random comes from the
 * generator, which a loader seeds by (seed, epoch, index), so neither the number of workers nor
 * where an epoch is taken up again changes a result.
 */
@FunctionalInterface
public interface Transform {
    /**
     * Returns the changed image; the one given is left as it is.
     *
     * @throws IllegalArgumentException if the image does not suit, such as one smaller than a crop
     */
    Image apply(Image image, RandomGenerator random);

    /** Returns this change and then the next. */
    default Transform then(Transform next) {
        return new Compose(List.of(this, next));
    }
}
