package org.fusegrad.conformance.onnx;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.MalformedCase;
import org.fusegrad.ops.Indexing;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/** Operators that read or write at positions, which count from the end where negative. */
final class OnnxIndices {
    private OnnxIndices() {}

    static void register(Map<String, OnnxOp> table) {
        table.put("Gather", OnnxOp.of(OnnxIndices::gather));
        table.put("GatherElements", OnnxOp.of(c -> {
            int axis = axis(c, 0);
            return Indexing.gather(c.x(), axis, counted(c.in(1), c.x().dim(axis)));
        }));
        table.put("GatherND", OnnxOp.of(OnnxIndices::gatherNd));
        table.put("ScatterElements", OnnxOp.of(OnnxIndices::scatterElements));
        table.put("Scatter", table.get("ScatterElements"));
        table.put("ScatterND", OnnxOp.of(OnnxIndices::scatterNd));
        table.put("OneHot", OnnxOp.of(OnnxIndices::oneHot));
        table.put("Compress", OnnxOp.of(OnnxIndices::compress));
        table.put("TopK", OnnxIndices::topK);
        table.put("Trilu", OnnxOp.of(c -> {
            int k = c.has(1) ? (int) c.number(1) : 0;
            return c.attrs().flag("upper", true)
                    ? Indexing.triu(c.x(), k)
                    : Indexing.tril(c.x(), k);
        }));
    }

    private static int axis(OnnxCall c, int otherwise) {
        return c.x().shape().axis(c.attrs().integer("axis", otherwise));
    }

    private static Tensor counted(Tensor index, int size) {
        Tensor zero = Tensor.scalar(0, DType.INT64);
        return index.lt(zero).where(index.add(Tensor.scalar(size, DType.INT64)), index);
    }

    /** Dimensions with some in the place of one. */
    private static int[] replaced(int[] dims, int axis, int... by) {
        return IntStream.concat(
                        IntStream.concat(Arrays.stream(dims).limit(axis), Arrays.stream(by)),
                        Arrays.stream(dims).skip(axis + 1))
                .toArray();
    }

    private static Tensor gather(OnnxCall c) {
        Tensor x = c.x();
        int axis = axis(c, 0);
        Tensor index = counted(c.in(1), x.dim(axis));
        int[] to = replaced(x.shape().dims(), axis, index.shape().dims());
        return Indexing.indexSelect(x, axis, index.reshape(index.shape().numel()))
                .reshape(to);
    }

    /** Positions of tuples of indices, their last axis, among the flattened axes they go over. */
    private static Tensor flat(Tensor index, int[] sizes, int first) {
        int depth = index.dim(-1);
        Tensor sum = Tensor.scalar(0, DType.INT64);
        for (int i = 0; i < depth; i++) {
            int size = sizes[first + i];
            Tensor at = counted(index.slice(-1, i, i + 1), size);
            sum = sum.mul(Tensor.scalar(size, DType.INT64)).add(at);
        }
        return sum;
    }

    private static Tensor gatherNd(OnnxCall c) {
        Tensor x = c.x();
        Tensor index = c.in(1);
        int batch = c.attrs().integer("batch_dims", 0);
        int depth = index.dim(-1);
        int[] dims = x.shape().dims();
        int samples = product(dims, 0, batch);
        int places = product(dims, batch, batch + depth);
        Tensor at = flat(index, dims, batch).reshape(samples, -1);
        Tensor offset =
                Tensor.arange(samples).reshape(samples, 1).mul(Tensor.scalar(places, DType.INT64));
        int[] rest = Arrays.copyOfRange(dims, batch + depth, dims.length);
        Tensor rows = x.reshape(samples * places, product(rest, 0, rest.length));
        int[] to = replaced(index.shape().dims(), index.rank() - 1, rest);
        return Indexing.indexSelect(rows, 0, at.add(offset).reshape(-1)).reshape(to);
    }

    private static int product(int[] dims, int from, int to) {
        return Arrays.stream(dims, from, to).reduce(1, Math::multiplyExact);
    }

    private static Tensor scatterElements(OnnxCall c) {
        int axis = axis(c, 0);
        Tensor index = counted(c.in(1), c.x().dim(axis));
        return scattered(c, c.x(), axis, index, c.in(2));
    }

    private static Tensor scatterNd(OnnxCall c) {
        Tensor x = c.x();
        Tensor index = c.in(1);
        int depth = index.dim(-1);
        int[] dims = x.shape().dims();
        int width = product(dims, depth, dims.length);
        Tensor at = flat(index, dims, 0).reshape(-1, 1);
        Tensor rows = x.reshape(product(dims, 0, depth), width);
        Tensor source = c.in(2).reshape(at.dim(0), width);
        Tensor wide = at.expand(at.dim(0), width);
        return scattered(c, rows, 0, wide, source).reshape(dims);
    }

    private static Tensor scattered(OnnxCall c, Tensor x, int axis, Tensor index, Tensor source) {
        String how = c.attrs().text("reduction", "none");
        if (how.equals("add")) {
            return Indexing.scatterAdd(x, axis, index, source);
        } else if (!how.equals("none") && repeats(c)) {
            throw c.unsupported("with reduction '" + how + "' and repeated indices");
        }
        Tensor old = Indexing.gather(x, axis, index);
        Tensor now = switch (how) {
            case "none" -> source;
            case "mul" -> old.mul(source);
            case "max" -> old.maximum(source);
            case "min" -> old.minimum(source);
            default -> throw c.unsupported("with reduction '" + how + "'");
        };
        return Indexing.scatter(x, axis, index, now);
    }

    /** Whether any index occurs twice; cautious, as different lines may well share one. */
    private static boolean repeats(OnnxCall c) {
        long[] all = c.known(1).toLongs();
        return Arrays.stream(all).distinct().count() < all.length;
    }

    private static Tensor oneHot(OnnxCall c) {
        int depth = (int) c.number(1);
        Tensor index = counted(c.x().cast(DType.INT64), depth);
        int rank = index.rank() + 1;
        int axis = c.attrs().integer("axis", -1);
        axis = axis < 0 ? axis + rank : axis;
        int[] dims = new int[rank];
        Arrays.fill(dims, 1);
        dims[axis] = depth;
        Tensor hot = index.unsqueeze(axis).eq(Tensor.arange(depth).reshape(dims));
        Tensor values = c.in(2);
        return hot.where(values.slice(0, 1, 2).reshape(), values.slice(0, 0, 1).reshape());
    }

    private static Tensor compress(OnnxCall c) {
        double[] kept = c.known(1).toDoubles();
        int[] at = IntStream.range(0, kept.length).filter(i -> kept[i] != 0).toArray();
        boolean flat = !c.attrs().has("axis");
        Tensor x = flat ? c.x().reshape(-1) : c.x();
        return Indexing.indexSelect(x, flat ? 0 : axis(c, 0), at);
    }

    /** The largest or smallest, one after the other. */
    private static List<Tensor> topK(OnnxCall c) {
        Tensor x = c.x();
        int axis = axis(c, -1);
        int k = (int) c.number(1);
        if (k > x.dim(axis) || !x.dtype().isFloating()) {
            throw k > x.dim(axis)
                    ? new MalformedCase("TopK: " + k + " of " + x.dim(axis))
                    : c.unsupported("of " + x.dtype());
        }
        Tensor left = c.attrs().flag("largest", true) ? x : x.neg();
        int[] dims = new int[x.rank()];
        Arrays.fill(dims, 1);
        dims[axis] = x.dim(axis);
        Tensor places = Tensor.arange(x.dim(axis)).reshape(dims);
        Tensor gone = Tensor.scalar(Double.NEGATIVE_INFINITY, x.dtype());
        Tensor[] found = new Tensor[k];
        for (int i = 0; i < k; i++) {
            found[i] = left.argmax(axis);
            left = places.eq(found[i]).where(gone, left);
        }
        if (k == 0) {
            Shape none = x.shape().with(axis, 0);
            return List.of(x.slice(axis, 0, 0), Tensor.full(none, 0, DType.INT64));
        }
        Tensor index = k == 1 ? found[0] : Tensor.concat(axis, found);
        return List.of(x.gather(axis, index), index);
    }
}
