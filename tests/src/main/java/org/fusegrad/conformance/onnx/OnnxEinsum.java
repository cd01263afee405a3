package org.fusegrad.conformance.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.MalformedCase;
import org.fusegrad.type.DType;

/**
 * Sums of products over named axes, {@code ij,jk->ik}: each operand is laid out over all names,
 * the product is summed over those the result does not have. An ellipsis stands for further axes.
 */
final class OnnxEinsum {
    private OnnxEinsum() {}

    static Tensor apply(OnnxCall c) {
        String equation = c.attrs().text("equation", "").replace(" ", "");
        String[] sides = equation.split("->", -1);
        String[] terms = sides[0].split(",", -1);
        List<Tensor> operands = c.tensors().stream().map(Optional::orElseThrow).toList();
        if (terms.length != operands.size()) {
            throw new MalformedCase(
                    "Einsum: '" + equation + "' has not " + operands.size() + " operands");
        }
        int further = 0;
        for (int i = 0; i < terms.length; i++) {
            boolean dots = terms[i].contains("...");
            int named = terms[i].replace("...", "").length();
            further = Math.max(further, dots ? operands.get(i).rank() - named : 0);
        }
        List<String> names = new ArrayList<>();
        for (int i = 0; i < terms.length; i++) {
            names.add(spelled(terms[i], operands.get(i).rank(), further));
        }
        String result = sides.length > 1
                ? spelled(sides[1], sides[1].replace("...", "").length() + further, further)
                : implicit(names, further);
        return summed(operands, names, result);
    }

    /** A term with digits for the axes of an ellipsis, aligned at their end. */
    private static String spelled(String term, int rank, int further) {
        int hidden = rank - term.replace("...", "").length();
        StringBuilder digits = new StringBuilder();
        for (int i = further - hidden; i < further && term.contains("..."); i++) {
            digits.append((char) ('0' + i));
        }
        return term.replace("...", digits);
    }

    /** The axes of an ellipsis, then the names that occur once, in order of the alphabet. */
    private static String implicit(List<String> names, int further) {
        TreeMap<Character, Integer> counts = new TreeMap<>();
        String all = String.join("", names);
        all.chars().forEach(n -> counts.merge((char) n, 1, Integer::sum));
        return counts.entrySet().stream()
                .filter(e -> Character.isDigit(e.getKey()) || e.getValue() == 1)
                .map(e -> String.valueOf(e.getKey()))
                .collect(Collectors.joining());
    }

    private static Tensor summed(List<Tensor> operands, List<String> names, String result) {
        String others = String.join("", names)
                .chars()
                .distinct()
                .filter(n -> result.indexOf(n) < 0)
                .mapToObj(n -> String.valueOf((char) n))
                .collect(Collectors.joining());
        String order = result + others;
        Tensor product = null;
        for (int i = 0; i < operands.size(); i++) {
            Tensor laid = laid(operands.get(i), names.get(i), order);
            product = product == null ? laid : product.mul(laid);
        }
        if (others.isEmpty()) {
            return product;
        }
        int[] over = new int[others.length()];
        Arrays.setAll(over, i -> result.length() + i);
        Tensor sum = product.sum(over);
        return sum.reshape(Arrays.copyOf(sum.shape().dims(), result.length()));
    }

    /** The operand with one axis for each name of the order, of size 1 where it has none. */
    private static Tensor laid(Tensor operand, String names, String order) {
        Tensor x = operand;
        String own = names;
        for (int i = 0; i < own.length(); i++) {
            int again = own.indexOf(own.charAt(i), i + 1);
            if (again >= 0) {
                x = diagonal(x, i, again);
                own = own.substring(0, again) + own.substring(again + 1);
                i--;
            }
        }
        String left = own;
        int[] axes = order.chars().map(left::indexOf).filter(a -> a >= 0).toArray();
        Tensor sorted = axes.length < 2 ? x : x.permute(axes);
        int[] dims = new int[order.length()];
        int next = 0;
        for (int i = 0; i < dims.length; i++) {
            dims[i] = left.indexOf(order.charAt(i)) < 0 ? 1 : sorted.dim(next++);
        }
        return sorted.reshape(dims);
    }

    /** Elements whose two positions are equal, along the first of two axes. */
    private static Tensor diagonal(Tensor x, int first, int second) {
        int n = x.dim(first);
        int[] rows = new int[x.rank()];
        int[] columns = new int[x.rank()];
        Arrays.fill(rows, 1);
        Arrays.fill(columns, 1);
        rows[first] = n;
        columns[second] = n;
        Tensor same = Tensor.arange(n).reshape(rows).eq(Tensor.arange(n).reshape(columns));
        Tensor zero = Tensor.scalar(0, x.dtype() == DType.BOOL ? DType.INT64 : x.dtype());
        return same.where(x, zero).sum(second).squeeze(second);
    }
}
