package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.formats.DType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What follows a normalisation: {@code normalised · scale + bias}.
 *
 * @param scale of the extents of the normalised axes, and 1 along others
 * @param bias likewise; {@code null} for none
 */
record ScaleAndBias(Value scale, Value bias) {

    /**
     * The scale and bias that make {@code normalised} into {@code result}; {@code null} where there are none.
     *
     * @param normalised terms of which {@code mark} is one factor
     * @param x what was normalised
     * @param axes that are normalised
     */
    static ScaleAndBias of(Terms result, Terms normalised, Value mark, Value root, Value x, List<Integer> axes) {
        List<Dim> row = axes.stream().map(x::dim).toList();
        Value scale = null;
        Value bias = null;
        double factor = 0;
        for (Map.Entry<Map<Value, Integer>, Double> term : result.coefficients().entrySet()) {
            Map<Value, Integer> rest = new HashMap<>(term.getKey());
            if (rest.containsKey(mark)) {
                boolean expected = rest.remove(mark) == 1 && Integer.valueOf(-1).equals(rest.remove(root));
                if (!expected || rest.size() > 1 || rest.containsValue(-1)) {
                    return null;
                }
                scale = rest.isEmpty() ? null : rest.keySet().iterator().next();
                factor = term.getValue();
            } else if (!rest.containsKey(root)) {
                if (bias != null || rest.size() != 1) {
                    return null;
                }
                bias = rest.keySet().iterator().next();
            }
        }
        Terms expected = normalised.times(factor);
        expected = scale == null ? expected : expected.times(Terms.atom(scale));
        expected = bias == null ? expected : expected.plus(Terms.atom(bias));
        boolean fits = factor != 0 && result.are(expected) && (bias == null || isRow(bias, x, axes))
                && (scale == null || Terms.near(factor, 1) && isRow(scale, x, axes));
        if (!fits) {
            return null;
        }
        int[] extents = new ValueType(DType.F32, row).extents();
        Value ones = Value.constant(x.name() + ".scale", Literal.splat(DType.F32, factor, extents));
        return new ScaleAndBias(scale == null ? ones : scale, bias);
    }

    /** Whether a value has the extents of a row, so that each row gets it. */
    private static boolean isRow(Value value, Value x, List<Integer> axes) {
        int missing = x.rank() - value.rank();
        for (int axis = 0; axis < x.rank(); axis++) {
            Dim expected = axes.contains(axis) ? x.dim(axis) : Dim.ONE;
            Dim given = axis < missing ? Dim.ONE : value.dim(Math.max(0, axis - missing));
            if (!given.equals(expected)) {
                return false;
            }
        }
        return missing >= 0;
    }
}
