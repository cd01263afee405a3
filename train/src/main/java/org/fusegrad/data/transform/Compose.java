package org.fusegrad.data.transform;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Several changes one after another, which draw from one generator in that order.
 *
 * @param transforms none is as they are
 */
public record Compose(List<Transform> transforms) implements Transform {
    /** Copies the list. */
    public Compose {
        transforms = List.copyOf(transforms);
    }

    /** Returns the changes one after another. */
    public static Compose of(Transform... transforms) {
        return new Compose(List.of(transforms));
    }

    @Override
    public Image apply(Image image, RandomGenerator random) {
        Image changed = image;
        for (Transform transform : transforms) {
            changed = transform.apply(changed, random);
        }
        return changed;
    }
}
