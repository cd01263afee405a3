package org.fusegrad.conformance.torch;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.data.MalformedCase;
import org.fusegrad.conformance.torch.ProgramTable.Operation;
import org.fusegrad.ops.Indexing;
import org.fusegrad.ops.Padding;

/** Movements of elements in programs. */
final class ProgramShapes {
    private ProgramShapes() {}

    private static void put(Map<String, Operation> table, String op, ProgramTable.Single f) {
        table.put(op, ProgramTable.single(f));
    }

    static void register(Map<String, Operation> table) {
        put(table, "reshape", c -> c.x().reshape(c.required("shape")));
        table.put("view", table.get("reshape"));
        put(table, "flatten", ProgramShapes::flatten);
        put(table, "permute", c -> c.x().permute(c.required("dims")));
        put(
                table,
                "transpose",
                c -> c.x().transpose(c.attrs().integer("dim0", 0), c.attrs().integer("dim1", 1)));
        put(table, "t", c -> c.x().rank() < 2 ? c.x() : c.x().transpose(0, 1));
        put(table, "expand", ProgramShapes::expand);
        put(table, "squeeze", ProgramShapes::squeeze);
        put(table, "unsqueeze", c -> c.x().unsqueeze(c.required("dim")[0]));
        put(table, "contiguous", ProgramCall::x);
        put(table, "clone", ProgramCall::x);
        put(table, "flip", c -> c.x().flip(c.required(c.attrs().has("dims") ? "dims" : "dim")));
        put(table, "roll", ProgramShapes::roll);
        put(table, "repeat", ProgramShapes::tile);
        table.put("tile", table.get("repeat"));
        table.put("swapaxes", table.get("transpose"));
        put(table, "unflatten", c -> {
            int axis = c.dim("dim", 0);
            int[] dims = c.x().shape().dims();
            return c.x().reshape(IntStream.concat(
                            IntStream.concat(
                                    Arrays.stream(dims, 0, axis),
                                    Arrays.stream(c.required("sizes"))),
                            Arrays.stream(dims, axis + 1, dims.length))
                    .toArray());
        });
        put(table, "pixel_shuffle", c -> {
            Tensor x = c.x();
            int r = c.required("upscale_factor")[0];
            int n = x.dim(1) / (r * r);
            return x.reshape(x.dim(0), n, r, r, x.dim(2), x.dim(3))
                    .permute(0, 1, 4, 2, 5, 3)
                    .reshape(x.dim(0), n, x.dim(2) * r, x.dim(3) * r);
        });
        parts(table);
        indices(table);
    }

    private static void parts(Map<String, Operation> table) {
        put(table, "slice", ProgramShapes::slice);
        put(table, "narrow", c -> {
            int axis = c.dim("dim", 0);
            int start = c.attrs().integer("start", 0);
            int from = start < 0 ? start + c.x().dim(axis) : start;
            return c.x().slice(axis, from, from + c.required("length")[0]);
        });
        put(table, "select", c -> {
            int axis = c.dim("dim", 0);
            int index = c.required("index")[0];
            return c.x().select(axis, index < 0 ? index + c.x().dim(axis) : index);
        });
        put(
                table,
                "cat",
                c -> Tensor.concat(c.attrs().integer("dim", 0), c.in().toArray(Tensor[]::new)));
        table.put("concat", table.get("cat"));
        put(table, "stack", c -> Tensor.stack(c.attrs().integer("dim", 0), c.in()));
        table.put("chunk", ProgramShapes::chunk);
        table.put("split", ProgramShapes::split);
        table.put("unbind", c -> {
            int axis = c.dim("dim", 0);
            return IntStream.range(0, c.x().dim(axis))
                    .mapToObj(i -> c.x().select(axis, i))
                    .toList();
        });
        put(table, "pad", ProgramShapes::pad);
    }

    private static void indices(Map<String, Operation> table) {
        put(table, "gather", c -> Indexing.gather(c.x(), c.dim("dim", 0), c.in(1)));
        put(table, "index_select", c -> Indexing.indexSelect(c.x(), c.dim("dim", 0), c.in(1)));
        put(table, "scatter", c -> Indexing.scatter(c.x(), c.dim("dim", 0), c.in(1), c.in(2)));
        put(
                table,
                "scatter_add",
                c -> Indexing.scatterAdd(c.x(), c.dim("dim", 0), c.in(1), c.in(2)));
        put(table, "tril", c -> Indexing.tril(c.x(), c.attrs().integer("diagonal", 0)));
        put(table, "triu", c -> Indexing.triu(c.x(), c.attrs().integer("diagonal", 0)));
    }

    private static Tensor flatten(ProgramCall c) {
        Tensor x = c.x().rank() == 0 ? c.x().reshape(1) : c.x();
        int from = x.shape().axis(c.attrs().integer("start_dim", 0));
        int to = x.shape().axis(c.attrs().integer("end_dim", -1));
        int[] dims = x.shape().dims();
        int joined = Arrays.stream(dims, from, to + 1).reduce(1, Math::multiplyExact);
        return x.reshape(IntStream.concat(
                        IntStream.concat(Arrays.stream(dims, 0, from), IntStream.of(joined)),
                        Arrays.stream(dims, to + 1, dims.length))
                .toArray());
    }

    /** A size of -1 keeps that of the tensor. */
    private static Tensor expand(ProgramCall c) {
        int[] to = c.required("shape").clone();
        int lead = to.length - c.x().rank();
        for (int i = 0; i < to.length; i++) {
            to[i] = to[i] == -1 && i >= lead ? c.x().dim(i - lead) : to[i];
        }
        return c.x().expand(to);
    }

    /** Axes that are not of size 1 stay. */
    private static Tensor squeeze(ProgramCall c) {
        int[] dims = c.dims();
        boolean all = !c.attrs().has("dims") && !c.attrs().has("dim");
        boolean[] gone = new boolean[c.x().rank()];
        Arrays.fill(gone, all);
        for (int axis : dims) {
            gone[c.x().shape().axis(axis)] = true;
        }
        return c.x().reshape(IntStream.range(0, gone.length)
                .filter(i -> !gone[i] || c.x().dim(i) != 1)
                .map(c.x()::dim)
                .toArray());
    }

    private static Tensor roll(ProgramCall c) {
        int[] shifts = c.required("shifts");
        int[] dims = c.dims();
        if (dims.length == 0) {
            Tensor flat = c.x().reshape(-1);
            return Indexing.roll(flat, 0, shifts[0]).reshape(c.x().shape().dims());
        }
        Tensor y = c.x();
        for (int i = 0; i < dims.length; i++) {
            y = Indexing.roll(y, dims[i], shifts[i]);
        }
        return y;
    }

    private static Tensor tile(ProgramCall c) {
        int[] times = c.required(c.attrs().has("repeats") ? "repeats" : "dims");
        Tensor y = c.x();
        while (y.rank() < times.length) {
            y = y.unsqueeze(0);
        }
        int lead = y.rank() - times.length;
        for (int i = 0; i < times.length; i++) {
            Tensor[] copies = new Tensor[Math.max(1, times[i])];
            Arrays.fill(copies, times[i] == 0 ? y.slice(lead + i, 0, 0) : y);
            y = copies.length == 1 ? copies[0] : Tensor.concat(lead + i, copies);
        }
        return y;
    }

    /** Positions from start to before end, as Python counts them. */
    private static Tensor slice(ProgramCall c) {
        Attributes a = c.attrs();
        int axis = c.dim("dim", 0);
        int n = c.x().dim(axis);
        int step = a.integer("step", 1);
        if (step < 1) {
            throw c.unsupported("with step " + step);
        }
        int start = limited(a.number("start", 0), n);
        int end = Math.max(start, limited(a.number("end", n), n));
        return c.x().slice(axis, start, end, step);
    }

    private static int limited(double position, int n) {
        return (int) Math.max(0, Math.min(n, position < 0 ? position + n : position));
    }

    private static List<Tensor> chunk(ProgramCall c) {
        int axis = c.dim("dim", 0);
        int chunks = c.required("chunks")[0];
        int n = c.x().dim(axis);
        return cut(c.x(), axis, (n + chunks - 1) / chunks);
    }

    private static List<Tensor> split(ProgramCall c) {
        int axis = c.dim("dim", 0);
        String name = c.attrs().has("split_size") ? "split_size" : "split_sizes";
        int[] sizes = c.required(name);
        if (!c.attrs().isList(name)) {
            return cut(c.x(), axis, sizes[0]);
        }
        List<Tensor> parts = new ArrayList<>();
        int start = 0;
        for (int size : sizes) {
            parts.add(c.x().slice(axis, start, start + size));
            start += size;
        }
        return parts;
    }

    private static List<Tensor> cut(Tensor x, int axis, int size) {
        List<Tensor> parts = new ArrayList<>();
        for (int i = 0; i < x.dim(axis); i += Math.max(1, size)) {
            parts.add(x.slice(axis, i, Math.min(x.dim(axis), i + size)));
        }
        return parts.isEmpty() ? List.of(x) : parts;
    }

    /** Amounts are pairs for each axis in order, nested or one after the other. */
    private static Tensor pad(ProgramCall c) {
        List<Integer> flat = new ArrayList<>();
        JsonArray pads = c.attrs().list("pads");
        for (JsonElement e : pads) {
            for (JsonElement amount : e instanceof JsonArray pair ? pair : List.of(e)) {
                flat.add(amount.getAsInt());
            }
        }
        int rank = c.x().rank();
        if (flat.size() != 2 * rank) {
            throw new MalformedCase("'pad' in a program has " + flat.size() + " amounts for the "
                    + rank + " axes of its operand");
        }
        int[] before = new int[rank];
        int[] after = new int[rank];
        for (int i = 0; i < rank; i++) {
            before[i] = flat.get(2 * i);
            after[i] = flat.get(2 * i + 1);
        }
        String mode = c.attrs().text("mode", "constant");
        double value = c.attrs().number("value", 0);
        return switch (mode) {
            case "constant" -> Padding.constant(c.x(), before, after, value);
            case "reflect" -> Padding.pad(c.x(), before, after, Padding.Mode.REFLECT);
            case "replicate" -> Padding.pad(c.x(), before, after, Padding.Mode.REPLICATE);
            case "circular" -> Padding.pad(c.x(), before, after, Padding.Mode.CIRCULAR);
            default -> throw c.unsupported("in mode '" + mode + "'");
        };
    }
}
