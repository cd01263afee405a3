package org.fusegrad.conformance.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.fusegrad.Tensor;
import org.fusegrad.ops.Indexing;
import org.fusegrad.type.Shape;

/** Operators that move elements. */
final class OnnxShapes {
    private OnnxShapes() {}

    static void register(Map<String, OnnxOp> table) {
        table.put("Reshape", OnnxOp.of(OnnxShapes::reshape));
        table.put("Flatten", OnnxOp.of(OnnxShapes::flatten));
        table.put("Squeeze", OnnxOp.of(OnnxShapes::squeeze));
        table.put("Unsqueeze", OnnxOp.of(OnnxShapes::unsqueeze));
        table.put("Transpose", OnnxOp.of(OnnxShapes::transpose));
        table.put("Expand", OnnxOp.of(OnnxShapes::expand));
        table.put("Tile", OnnxOp.of(OnnxShapes::tile));
        table.put(
                "Concat",
                OnnxOp.of(c -> Tensor.concat(
                        c.attrs().integer("axis", 1),
                        c.tensors().stream().map(t -> t.orElseThrow()).toArray(Tensor[]::new))));
        table.put("Split", OnnxShapes::split);
        table.put("Slice", OnnxOp.of(OnnxShapes::slice));
        table.put("Pad", OnnxOp.of(OnnxPad::apply));
        table.put("DepthToSpace", OnnxOp.of(OnnxShapes::depthToSpace));
        table.put("SpaceToDepth", OnnxOp.of(OnnxShapes::spaceToDepth));
    }

    /** Channels (mode DCR: block first, CRD: block last) moved into blocks of pixels. */
    private static Tensor depthToSpace(OnnxCall c) {
        Tensor x = c.x();
        int b = c.attrs().integer("blocksize", 1);
        int depth = x.dim(1) / (b * b);
        boolean first = c.attrs().text("mode", "DCR").equals("DCR");
        Tensor y = first
                ? x.reshape(x.dim(0), b, b, depth, x.dim(2), x.dim(3)).permute(0, 3, 4, 1, 5, 2)
                : x.reshape(x.dim(0), depth, b, b, x.dim(2), x.dim(3)).permute(0, 1, 4, 2, 5, 3);
        return y.reshape(x.dim(0), depth, x.dim(2) * b, x.dim(3) * b);
    }

    private static Tensor spaceToDepth(OnnxCall c) {
        Tensor x = c.x();
        int b = c.attrs().integer("blocksize", 1);
        int h = x.dim(2) / b;
        int w = x.dim(3) / b;
        return x.reshape(x.dim(0), x.dim(1), h, b, w, b)
                .permute(0, 3, 5, 1, 2, 4)
                .reshape(x.dim(0), x.dim(1) * b * b, h, w);
    }

    private static Tensor reshape(OnnxCall c) {
        int[] dims = c.has(1) ? c.ints(1) : c.attrs().ints("shape");
        int[] to = dims.clone();
        if (!c.attrs().flag("allowzero", false)) {
            for (int i = 0; i < to.length; i++) {
                to[i] = to[i] == 0 ? c.x().dim(i) : to[i];
            }
        }
        return c.x().reshape(to);
    }

    private static Tensor flatten(OnnxCall c) {
        int axis = c.attrs().integer("axis", 1);
        int[] dims = c.x().shape().dims();
        int cut = axis < 0 ? axis + dims.length : axis;
        int rows = Arrays.stream(dims, 0, cut).reduce(1, (a, b) -> a * b);
        int columns = Arrays.stream(dims, cut, dims.length).reduce(1, (a, b) -> a * b);
        return c.x().reshape(rows, columns);
    }

    private static Tensor squeeze(OnnxCall c) {
        Tensor x = c.x();
        int[] axes = c.axes(1).orElseGet(() -> ones(x));
        boolean[] gone = new boolean[x.rank()];
        for (int axis : axes) {
            gone[x.shape().axis(axis)] = true;
        }
        Tensor y = x;
        for (int i = x.rank() - 1; i >= 0; i--) {
            y = gone[i] ? y.squeeze(i) : y;
        }
        return y;
    }

    private static int[] ones(Tensor x) {
        return java.util.stream.IntStream.range(0, x.rank())
                .filter(i -> x.dim(i) == 1)
                .toArray();
    }

    private static Tensor unsqueeze(OnnxCall c) {
        int[] axes = c.axes(1).orElse(new int[0]);
        int rank = c.x().rank() + axes.length;
        Tensor y = c.x();
        for (int axis :
                Arrays.stream(axes).map(a -> a < 0 ? a + rank : a).sorted().toArray()) {
            y = y.unsqueeze(axis);
        }
        return y;
    }

    private static Tensor transpose(OnnxCall c) {
        int rank = c.x().rank();
        int[] reversed = new int[rank];
        Arrays.setAll(reversed, i -> rank - 1 - i);
        return c.x().permute(c.attrs().ints("perm", reversed));
    }

    private static Tensor expand(OnnxCall c) {
        Shape to = Shape.broadcast(c.x().shape(), Shape.of(c.ints(1)));
        if (to == null) {
            throw new IllegalArgumentException("Expand: " + c.x().shape()
                    + " does not broadcast to " + Arrays.toString(c.ints(1)));
        }
        return c.x().expand(to);
    }

    private static Tensor tile(OnnxCall c) {
        Tensor y = c.x();
        int[] repeats = c.ints(1);
        for (int axis = 0; axis < repeats.length; axis++) {
            if (repeats[axis] != 1) {
                Tensor[] copies = new Tensor[Math.max(1, repeats[axis])];
                Arrays.fill(copies, repeats[axis] == 0 ? y.slice(axis, 0, 0) : y);
                y = Tensor.concat(axis, copies);
            }
        }
        return y;
    }

    private static List<Tensor> split(OnnxCall c) {
        Tensor x = c.x();
        int axis = x.shape().axis(c.attrs().integer("axis", 0));
        int[] sizes = c.has(1) ? c.ints(1) : c.attrs().ints("split");
        if (sizes.length == 0) {
            sizes = new int[c.outputs()];
            int chunk = (x.dim(axis) + sizes.length - 1) / sizes.length;
            for (int i = 0; i < sizes.length; i++) {
                sizes[i] = Math.max(0, Math.min(chunk, x.dim(axis) - i * chunk));
            }
        }
        List<Tensor> parts = new ArrayList<>();
        int start = 0;
        for (int size : sizes) {
            parts.add(x.slice(axis, start, start + size));
            start += size;
        }
        return parts;
    }

    private static Tensor slice(OnnxCall c) {
        Tensor x = c.x();
        int[] starts = c.has(1) ? c.ints(1) : c.attrs().ints("starts");
        int[] ends = c.has(2) ? c.ints(2) : c.attrs().ints("ends");
        int[] axes = c.axes(3)
                .orElseGet(
                        () -> java.util.stream.IntStream.range(0, starts.length).toArray());
        for (int i = 0; i < starts.length; i++) {
            int step = c.has(4) ? c.ints(4)[i] : 1;
            int axis = x.shape().axis(axes[i]);
            int n = x.dim(axis);
            if (step > 0) {
                int from = limit(starts[i], n, 0, n);
                x = x.slice(axis, from, Math.max(from, limit(ends[i], n, 0, n)), step);
            } else {
                int from = limit(starts[i], n, -1, n - 1);
                int to = limit(ends[i], n, -1, n - 1);
                int count = Math.max(0, (from - to - step - 1) / -step);
                int[] at = new int[count];
                Arrays.setAll(at, k -> from + k * step);
                x = Indexing.indexSelect(x, axis, at);
            }
        }
        return x;
    }

    private static int limit(int position, int n, int low, int high) {
        long p = position < 0 ? (long) position + n : position;
        return (int) Math.max(low, Math.min(high, p));
    }
}
