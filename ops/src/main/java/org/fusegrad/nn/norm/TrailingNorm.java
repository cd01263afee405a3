package org.fusegrad.nn.norm;

import java.util.stream.IntStream;
import org.fusegrad.Tensor;
import org.fusegrad.type.Shape;

/** The base of layers that normalise over the trailing axes, with parameters for each element. */
abstract class TrailingNorm extends Norm {
    private final Shape normalized;

    TrailingNorm(String name, NormOptions options, int... normalizedShape) {
        super(name, options, normalizedShape);
        if (normalizedShape.length == 0) {
            throw new IllegalArgumentException(getClass().getSimpleName()
                    + ": the normalized shape has no axis; name at least one size");
        }
        normalized = Shape.of(normalizedShape);
    }

    /** The trailing axes of x. */
    final int[] axes(Tensor x) {
        return IntStream.range(x.rank() - normalized.rank(), x.rank()).toArray();
    }

    final Tensor affine(Tensor xh) {
        return affine(xh, normalized.dims());
    }

    @Override
    protected final void check(Tensor x) {
        boolean fits = x.rank() >= normalized.rank();
        for (int i = 1; fits && i <= normalized.rank(); i++) {
            fits = x.dim(-i) == normalized.dim(-i);
        }
        if (!fits) {
            throw refusal(
                    x,
                    "its trailing axes are not the normalized shape " + normalized,
                    "normalise over axes that the input ends in");
        }
    }

    @Override
    public final String toString() {
        return super.toString() + normalized;
    }
}
