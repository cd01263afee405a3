package org.fusegrad.conformance.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fusegrad.Shape;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.TensorEntry;
import org.fusegrad.conformance.eval.Formula;
import org.fusegrad.conformance.eval.Inputs;
import org.fusegrad.conformance.eval.OpCase;
import org.fusegrad.conformance.eval.Outputs;
import org.fusegrad.conformance.eval.Setup;
import org.fusegrad.conformance.eval.Unsupported;

/**
 * Movements of elements. The cases encode arguments in the function's name ({@code select_d1_2});
 * where the name holds none, the shape of the expected output decides.
 */
final class ShapeCases {
    private static final Pattern NUMBER = Pattern.compile("m?\\d+");

    private ShapeCases() {}

    static void register(Map<String, OpCase> table) {
        table.put("shape", ShapeCases::prepare);
        table.put("embedding", OpCase.of(ShapeCases::embedding));
        table.put(
                "gather",
                OpCase.of((s, in) ->
                        in.get("x").gather(s.attrs().integer("dim", 0), in.get("index"))));
        table.put(
                "glu",
                OpCase.of((s, in) -> org.fusegrad.ops.Activations.glu(
                        in.get("x"), s.attrs().integer("dim", -1))));
    }

    private static Tensor embedding(Setup s, Inputs in) {
        Tensor weight = in.get("weight");
        if (s.attrs().has("padding_idx")) {
            int padding = s.attrs().integer("padding_idx", 0);
            int row = padding < 0 ? padding + weight.dim(0) : padding;
            Tensor rows = Tensor.arange(weight.dim(0)).reshape(-1, 1);
            weight = rows.eq(row).where(weight.detach(), weight);
        }
        return org.fusegrad.ops.Linear.embedding(weight, in.get("index"));
    }

    private static Formula prepare(Setup s) {
        String fn = s.attrs().text("fn", "");
        Shape to = s.from().outputs().get(0).shape();
        List<String> names = s.from().inputs().stream().map(TensorEntry::name).toList();
        if (starts(fn, "cat", "concat", "stack")) {
            return in -> Outputs.of(joined(fn, names.stream().map(in::get).toList(), s));
        } else if (starts(fn, "split", "chunk", "unbind", "tensor_split")) {
            return in -> split(in.get(names.get(0)), s);
        }
        return in -> Outputs.of(moved(fn, in.get(names.get(0)), to, s));
    }

    private static boolean starts(String fn, String... prefixes) {
        return Arrays.stream(prefixes).anyMatch(fn::startsWith);
    }

    private static Tensor moved(String fn, Tensor x, Shape to, Setup s) {
        int[] n = numbers(fn, s);
        if (fn.equals("transpose_then_reshape")) {
            return x.transpose(-1, -2).reshape(to.dims());
        } else if (starts(
                fn, "reshape", "view", "flatten", "squeeze", "unsqueeze", "unflatten", "ravel")) {
            return x.reshape(to.dims());
        } else if (starts(fn, "expand", "broadcast")) {
            return x.expand(to);
        } else if (starts(fn, "repeat", "tile") && !fn.contains("interleave")) {
            return tiled(x, to);
        } else if (starts(fn, "transpose", "permute", "swap", "movedim", "moveaxis")
                || fn.equals("t")) {
            return permuted(fn, x, to, n);
        } else if (fn.startsWith("select") && n.length == 2) {
            return x.select(n[0], n[1] < 0 ? n[1] + x.dim(n[0]) : n[1]);
        } else if (fn.startsWith("narrow") && n.length == 3) {
            return x.slice(n[0], n[1], n[1] + n[2]);
        } else if (fn.startsWith("slice")) {
            return sliced(fn, x, to, n);
        } else if (fn.startsWith("flip") && n.length > 0) {
            return x.flip(n);
        } else if (starts(fn, "contiguous", "clone", "identity")) {
            return x;
        }
        throw new Unsupported("shape function '" + fn + "'");
    }

    private static int[] numbers(String fn, Setup s) {
        for (String list : new String[] {"dims", "dim", "order"}) {
            if (s.attrs().has(list)) {
                return s.attrs().ints(list);
            }
        }
        List<Integer> all = new ArrayList<>();
        Matcher m = NUMBER.matcher(fn);
        while (m.find()) {
            all.add(Integer.parseInt(m.group().replace('m', '-')));
        }
        return all.stream().mapToInt(i -> i).toArray();
    }

    /** By the axes given, else by the only order that yields the shape. */
    private static Tensor permuted(String fn, Tensor x, Shape to, int[] n) {
        if (n.length == x.rank() && !fn.startsWith("transpose") && !fn.startsWith("swap")) {
            return x.permute(n);
        } else if (n.length == 2) {
            return x.transpose(n[0], n[1]);
        } else if (n.length == 0 && x.rank() == 2) {
            return x.transpose(0, 1);
        }
        List<int[]> fitting = new ArrayList<>();
        orders(new int[x.rank()], 0, x.shape(), to, fitting);
        if (fitting.size() != 1) {
            throw new Unsupported("shape function '" + fn + "': its axes are not given");
        }
        return x.permute(fitting.get(0));
    }

    private static void orders(int[] order, int n, Shape from, Shape to, List<int[]> fitting) {
        if (n == order.length) {
            fitting.add(order.clone());
            return;
        }
        for (int axis = 0; axis < order.length; axis++) {
            int a = axis;
            boolean used = Arrays.stream(order, 0, n).anyMatch(o -> o == a);
            if (!used && to.rank() == from.rank() && from.dim(axis) == to.dim(n)) {
                order[n] = axis;
                orders(order, n + 1, from, to, fitting);
            }
        }
    }

    /** {@code slice_d1_0_4} and {@code slice_d1_0_4_2}: axis, start, end and step. */
    private static Tensor sliced(String fn, Tensor x, Shape to, int[] n) {
        if (n.length != 3 && n.length != 4) {
            throw new Unsupported("shape function '" + fn + "': its range is not given");
        }
        Tensor y = x.slice(n[0], n[1], Math.min(n[2], x.dim(n[0])), n.length == 4 ? n[3] : 1);
        if (!y.shape().equals(to)) {
            throw new Unsupported("shape function '" + fn + "': its range is not understood");
        }
        return y;
    }

    private static Tensor tiled(Tensor x, Shape to) {
        Tensor y = x;
        while (y.rank() < to.rank()) {
            y = y.unsqueeze(0);
        }
        for (int axis = 0; axis < to.rank(); axis++) {
            Tensor[] copies = new Tensor[y.dim(axis) == 0 ? 1 : to.dim(axis) / y.dim(axis)];
            Arrays.fill(copies, y);
            y = copies.length == 0 ? y.slice(axis, 0, 0) : Tensor.concat(axis, copies);
        }
        return y;
    }

    private static Tensor joined(String fn, List<Tensor> parts, Setup s) {
        int[] n = numbers(fn, s);
        int axis = n.length == 0 ? 0 : n[0];
        return fn.startsWith("stack")
                ? Tensor.stack(axis, parts)
                : Tensor.concat(axis, parts.toArray(Tensor[]::new));
    }

    private static Outputs split(Tensor x, Setup s) {
        List<TensorEntry> outputs = s.from().outputs();
        int[] n = numbers(s.attrs().text("fn", ""), s);
        int axis = -1;
        for (int i = 0; i < x.rank() && outputs.get(0).shape().rank() == x.rank(); i++) {
            axis = outputs.get(0).shape().dim(i) != x.dim(i) ? i : axis;
        }
        boolean gone = outputs.get(0).shape().rank() == x.rank() - 1;
        if (axis < 0 && n.length > 0) {
            axis = n[n.length - 1];
        } else if (axis < 0) {
            throw new Unsupported("shape function '" + s.attrs().text("fn", "") + "'");
        }
        Outputs all = new Outputs();
        int start = 0;
        for (TensorEntry entry : outputs) {
            int size = gone ? 1 : entry.shape().dim(axis);
            Tensor part = x.slice(axis, start, start + size);
            all.and(entry.name(), gone ? part.squeeze(axis) : part);
            start += size;
        }
        return all;
    }
}
