package dev.lanewise.compiler.export;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Extents as values of one ONNX graph: read off the shape of a tensor that has them, or computed. Each is a vector of
 * one i64. A body also knows those of the graphs around it, but for extents that it learns anew.
 */
final class ExtentValues {

    private record Place(OnnxValue tensor, int axis) {}

    private final GraphDraft graph;
    private final ExtentValues outer;
    private final Map<Dim, OnnxValue> known = new HashMap<>();
    private final Map<Dim, Place> places = new HashMap<>();
    private final Set<String> relearnt = new HashSet<>();

    ExtentValues(GraphDraft graph, ExtentValues outer) {
        this.graph = graph;
        this.outer = outer;
    }

    /** A tensor that has these extents, from now on. */
    void seen(OnnxValue tensor, List<Dim> shape) {
        for (int axis = 0; axis < shape.size(); axis++) {
            if (!shape.get(axis).isConstant()) {
                places.putIfAbsent(shape.get(axis), new Place(tensor, axis));
            }
        }
    }

    /** The same, where what makes the tensor also learns those of its extents that are to be learnt. */
    void learnt(OnnxValue tensor, List<Dim> shape) {
        shape.forEach(this::forget);
        seen(tensor, shape);
    }

    /** An extent that is the only element of {@code value}, [1]. */
    void learn(Dim dim, OnnxValue value) {
        if (dim.asSymbol() != null && dim.asSymbol().learnt()) {
            forget(dim);
            known.put(dim, value);
        }
    }

    private void forget(Dim dim) {
        if (dim.asSymbol() != null && dim.asSymbol().learnt()) {
            relearnt.add(dim.asSymbol().name());
            Set<String> one = Set.of(dim.asSymbol().name());
            known.keySet().removeIf(other -> dependsOn(other, one));
            places.keySet().removeIf(other -> dependsOn(other, one));
        }
    }

    private static boolean dependsOn(Dim dim, Set<String> symbols) {
        List<Dim.Symbol> used = new ArrayList<>();
        dim.collectSymbols(used);
        return used.stream().anyMatch(symbol -> symbols.contains(symbol.name()));
    }

    /** A shape as a vector of i64. */
    OnnxValue vector(List<Dim> dims) {
        List<OnnxValue> parts = new ArrayList<>();
        List<Long> numbers = new ArrayList<>();
        for (Dim dim : dims) {
            if (dim.isConstant()) {
                numbers.add(dim.constant());
            } else {
                flush(numbers, parts);
                parts.add(value(dim));
            }
        }
        flush(numbers, parts);
        if (parts.isEmpty()) {
            return graph.constants().integers();
        }
        return parts.size() == 1 ? parts.get(0) : graph.node("Concat", parts).integer("axis", 0).out();
    }

    private void flush(List<Long> numbers, List<OnnxValue> parts) {
        if (!numbers.isEmpty()) {
            parts.add(graph.constants().integers(numbers.stream().mapToLong(n -> n).toArray()));
            numbers.clear();
        }
    }

    /**
     * An extent as a vector of one element.
     *
     * @throws PlanException where it cannot be read off any tensor
     */
    OnnxValue value(Dim dim) {
        if (dim.isConstant()) {
            return graph.constants().integers(dim.constant());
        }
        OnnxValue value = find(dim);
        if (value == null) {
            value = compute(dim);
            known.put(dim, value);
        }
        return value;
    }

    private OnnxValue find(Dim dim) {
        OnnxValue value = known.get(dim);
        if (value != null) {
            return value;
        }
        Place place = places.get(dim);
        if (place == null && outer != null && !dependsOn(dim, relearnt)) {
            value = outer.known.get(dim);
            place = value == null ? outer.placeOf(dim) : null;
        }
        if (place != null) {
            value = graph.node("Shape", place.tensor)
                    .integer("start", place.axis).integer("end", place.axis + 1).out(DType.I64);
            known.put(dim, value);
        }
        return value;
    }

    private Place placeOf(Dim dim) {
        Place place = places.get(dim);
        return place != null || outer == null || dependsOn(dim, relearnt) ? place : outer.placeOf(dim);
    }

    /** A sum of products: what is added first, so that nothing is negative on the way. */
    private OnnxValue compute(Dim dim) {
        if (dim.asSymbol() != null) {
            throw new PlanException("the extent " + dim + " stands alone in no input's shape, so that it cannot be read"
                    + " off any");
        }
        OnnxValue[] sums = new OnnxValue[2];
        dim.forEachTerm((factor, atoms) -> {
            OnnxValue product = atoms.isEmpty() || Math.abs(factor) != 1
                    ? graph.constants().integers(Math.abs(factor))
                    : null;
            for (Dim.Atom atom : atoms) {
                OnnxValue next = atom(atom);
                product = product == null ? next : graph.node("Mul", next, product).out();
            }
            int side = factor > 0 ? 0 : 1;
            sums[side] = sums[side] == null ? product : graph.node("Add", sums[side], product).out();
        });
        if (sums[1] == null) {
            return sums[0];
        }
        OnnxValue from = sums[0] == null ? graph.constants().integers(0) : sums[0];
        return graph.node("Sub", from, sums[1]).out();
    }

    private OnnxValue atom(Dim.Atom atom) {
        if (atom instanceof Dim.Symbol symbol) {
            return value(symbol.learnt()
                    ? Dim.learnt(symbol.name(), symbol.max())
                    : Dim.symbol(symbol.name(), symbol.min(), symbol.max()));
        }
        if (atom instanceof Dim.Bounded bounded) {
            return graph.node("Min", value(bounded.value()), graph.constants().integers(bounded.max())).out();
        }
        Dim.Function function = (Dim.Function) atom;
        OnnxValue b = value(function.b());
        return switch (function.kind()) {
            case MIN -> graph.node("Min", value(function.a()), b).out();
            case MAX -> graph.node("Max", value(function.a()), b).out();
            case MOD -> graph.node("Mod", value(function.a()), b).out();
            case FLOOR_DIV -> quotient(function.a(), b);
            case CEIL_DIV -> quotient(function.a().plus(function.b()).minus(1), b);
        };
    }

    /** Rounded down, where ONNX's own rounds towards zero. */
    private OnnxValue quotient(Dim a, OnnxValue b) {
        OnnxValue dividend = value(a);
        if (a.min() < 0) {
            dividend = graph.node("Sub", dividend, graph.node("Mod", dividend, b).out()).out();
        }
        return graph.node("Div", dividend, b).out();
    }

    /** The same extent as a scalar. */
    OnnxValue scalar(Dim dim) {
        return dim.isConstant()
                ? graph.constants().scalar(DType.I64, dim.constant())
                : graph.node("Squeeze", value(dim)).out();
    }
}
