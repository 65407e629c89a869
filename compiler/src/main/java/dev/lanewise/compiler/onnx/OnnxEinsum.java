package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * ONNX's Einsum, two operands at a time: letters that only one of them has and nobody needs later are
 * summed; the rest is transposed to {@code [shared kept, own, summed]} and becomes a matrix product.
 */
final class OnnxEinsum {

    private OnnxEinsum() {}

    /**
     * An operand and the letters of its axes; an ellipsis has become letters from {@link #ELLIPSIS} on.
     */
    private record Term(Value value, String letters) {

        Dim extent(char letter) {
            return value.dim(letters.indexOf(letter));
        }

        boolean has(char letter) {
            return letters.indexOf(letter) >= 0;
        }
    }

    /** Letters that no equation contains stand for the axes of an ellipsis. */
    private static final char ELLIPSIS = '\ue000';

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":Einsum", OnnxEinsum::einsum);
    }

    private static void einsum(OnnxNode node) {
        Formula f = new Formula(node);
        String equation = node.text("equation", "").replace(" ", "");
        int arrow = equation.indexOf("->");
        String[] lefts = (arrow < 0 ? equation : equation.substring(0, arrow)).split(",", -1);
        if (lefts.length != node.inputCount()) {
            throw node.misfit("equation '" + equation + "' has " + lefts.length + " operands; there are "
                    + node.inputCount());
        }
        int ellipsis = 0;
        for (int i = 0; i < lefts.length; i++) {
            if (lefts[i].contains("...")) {
                ellipsis = Math.max(ellipsis, node.in(i).rank() - lefts[i].length() + 3);
            }
        }
        List<Term> terms = new ArrayList<>();
        for (int i = 0; i < lefts.length; i++) {
            terms.add(term(f, node.in(i), lefts[i], ellipsis));
        }
        String all = letters(ellipsis, ellipsis);
        String result = arrow < 0
                ? all + implicit(String.join("", lefts).replace(".", ""))
                : equation.substring(arrow + 2).replace("...", all);
        while (terms.size() > 1) {
            StringBuilder later = new StringBuilder(result);
            terms.subList(2, terms.size()).forEach(term -> later.append(term.letters));
            terms.set(0, product(f, terms.get(0), terms.remove(1), later.toString()));
        }
        Term left = sumOut(f, terms.get(0), result);
        for (char letter : result.toCharArray()) {
            if (!left.has(letter) || result.indexOf(letter) != result.lastIndexOf(letter)) {
                throw node.misfit("equation '" + equation + "': the result's letters must be operands', once each");
            }
        }
        node.out(ordered(f, left, result).value);
    }

    /** The last {@code count} of the letters of an ellipsis of {@code all} axes. */
    private static String letters(int count, int all) {
        StringBuilder letters = new StringBuilder();
        for (int i = all - count; i < all; i++) {
            letters.append((char) (ELLIPSIS + i));
        }
        return letters.toString();
    }

    /** Without an arrow: the letters that occur once, in alphabetical order. */
    private static String implicit(String lefts) {
        StringBuilder once = new StringBuilder();
        lefts.chars().sorted()
                .filter(c -> lefts.indexOf(c) == lefts.lastIndexOf(c))
                .forEach(c -> once.append((char) c));
        return once.toString();
    }

    /** An operand with a letter per axis, each letter once: a repeated one takes the diagonal. */
    private static Term term(Formula f, Value x, String text, int ellipsis) {
        String letters = text.contains("...")
                ? text.replace("...", letters(x.rank() - text.length() + 3, ellipsis))
                : text;
        if (letters.length() != x.rank()) {
            throw f.node().misfit("operand '" + text + "' has " + letters.length() + " axes; the input is " + x.type());
        }
        Term term = new Term(x, letters);
        for (int axis = letters.length() - 1; axis > 0; axis--) {
            if (letters.indexOf(letters.charAt(axis)) < axis) {
                term = diagonal(f, term, letters.indexOf(letters.charAt(axis)), axis);
            }
        }
        return term;
    }

    /** Keeps what lies on the diagonal of two axes, and sums the second away. */
    private static Term diagonal(Formula f, Term term, int first, int second) {
        Value x = term.value;
        Dim n = x.dim(first);
        if (!n.equals(x.dim(second))) {
            throw f.node().misfit("the diagonal of " + x.type() + "; its extents must be equal");
        }
        Value on = f.apply(BinaryFn.EQUAL, f.counting(n, first, x.rank()), f.counting(n, second, x.rank()));
        Value kept = f.where(on, x, f.number(0, x.type().type()));
        String letters = new StringBuilder(term.letters).deleteCharAt(second).toString();
        return new Term(f.reduce(ReduceFn.SUM, kept, List.of(second), false), letters);
    }

    /** Sums over the letters that are not needed. */
    private static Term sumOut(Formula f, Term term, String needed) {
        List<Integer> axes = new ArrayList<>();
        StringBuilder left = new StringBuilder();
        for (int axis = 0; axis < term.letters.length(); axis++) {
            if (needed.indexOf(term.letters.charAt(axis)) < 0) {
                axes.add(axis);
            } else {
                left.append(term.letters.charAt(axis));
            }
        }
        return axes.isEmpty() ? term : new Term(f.reduce(ReduceFn.SUM, term.value, axes, false), left.toString());
    }

    private static Term ordered(Formula f, Term term, String letters) {
        if (term.letters.equals(letters)) {
            return term;
        }
        int[] order = letters.chars().map(term.letters::indexOf).toArray();
        return new Term(f.node().add(Transpose.of(order), term.value), letters);
    }

    /** The product of two operands, summed over the letters that are not needed later. */
    private static Term product(Formula f, Term a, Term b, String later) {
        Term left = sumOut(f, a, b.letters + later);
        Term right = sumOut(f, b, a.letters + later);
        String batch = select(left.letters, c -> right.has((char) c) && later.indexOf(c) >= 0);
        String summed = select(left.letters, c -> right.has((char) c) && later.indexOf(c) < 0);
        String rows = select(left.letters, c -> !right.has((char) c));
        String columns = select(right.letters, c -> !left.has((char) c));
        if (summed.isEmpty()) {
            return elementwise(f, left, right, batch + rows + columns);
        }
        Value x = grouped(f, ordered(f, left, batch + rows + summed), batch.length(), rows.length());
        Value y = grouped(f, ordered(f, right, batch + summed + columns), batch.length(), summed.length());
        Value product = f.node().add(MatMul.PLAIN, x, y);
        List<Dim> shape = new ArrayList<>(product.shape().subList(0, batch.length()));
        rows.chars().forEach(c -> shape.add(left.extent((char) c)));
        columns.chars().forEach(c -> shape.add(right.extent((char) c)));
        return new Term(f.reshape(product, shape), batch + rows + columns);
    }

    private static String select(String letters, java.util.function.IntPredicate keep) {
        StringBuilder kept = new StringBuilder();
        letters.chars().filter(keep).forEach(c -> kept.append((char) c));
        return kept.toString();
    }

    /** {@code [batch..., first..., rest...]} as {@code [batch..., first, rest]}. */
    private static Value grouped(Formula f, Term term, int batch, int first) {
        List<Dim> all = term.value.shape();
        List<Dim> shape = new ArrayList<>(all.subList(0, batch));
        shape.add(ValueType.product(all.subList(batch, batch + first)));
        shape.add(ValueType.product(all.subList(batch + first, all.size())));
        return f.reshape(term.value, shape);
    }

    /** No letter is summed: both operands broadcast over all letters. */
    private static Term elementwise(Formula f, Term a, Term b, String letters) {
        return new Term(f.times(spread(f, a, letters), spread(f, b, letters)), letters);
    }

    private static Value spread(Formula f, Term term, String letters) {
        Term sorted = ordered(f, term, select(letters, c -> term.has((char) c)));
        List<Dim> shape = new ArrayList<>();
        letters.chars().forEach(c -> shape.add(term.has((char) c) ? term.extent((char) c) : Dim.ONE));
        return f.reshape(sorted.value, shape);
    }
}
