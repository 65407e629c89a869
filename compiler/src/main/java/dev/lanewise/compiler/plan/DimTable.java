package dev.lanewise.compiler.plan;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.proto.DimProto;
import dev.lanewise.formats.proto.ExpressionProto;
import dev.lanewise.formats.proto.SymbolProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The table of extents as it will stand in the file; gives equal extents equal ids. */
final class DimTable {

    private final List<DimProto> entries = new ArrayList<>();
    private final Map<DimProto, Integer> ids = new HashMap<>();

    List<DimProto> entries() {
        return entries;
    }

    /**
     * The id of an extent, new or known.
     *
     * @throws PlanException where it has no bound
     */
    int id(Dim dim) {
        if (dim.isConstant()) {
            return number(dim.constant());
        }
        if (dim.max() >= Integer.MAX_VALUE) {
            throw new PlanException("the extent " + dim + " has no bound; give one with --dim");
        }
        // sums of positive products first, so that no intermediate result is below zero
        int[] sums = {-1, -1};
        long[] constant = {0};
        dim.forEachTerm((factor, atoms) -> {
            if (atoms.isEmpty()) {
                constant[0] += factor;
                return;
            }
            long shift = atoms.size() == 1 ? shift(atoms.get(0)) : 0;
            constant[0] -= factor * shift;
            int product = Math.abs(factor) == 1 ? -1 : number(Math.abs(factor));
            for (Dim.Atom atom : atoms) {
                int one = atom(atom, shift);
                product = product < 0 ? one : expression(ExpressionProto.Kind.MUL, product, one);
            }
            add(sums, factor > 0 ? 0 : 1, product);
        });
        if (constant[0] != 0) {
            add(sums, constant[0] > 0 ? 0 : 1, number(Math.abs(constant[0])));
        }
        if (sums[1] < 0) {
            return sums[0] < 0 ? number(0) : sums[0];
        }
        return expression(ExpressionProto.Kind.SUB, sums[0] < 0 ? number(0) : sums[0], sums[1]);
    }

    private void add(int[] sums, int side, int id) {
        sums[side] = sums[side] < 0 ? id : expression(ExpressionProto.Kind.ADD, sums[side], id);
    }

    /**
     * What to add to an atom so that it is not below zero, as the results of its own operands are not:
     * {@code floor(-S / 2)} is written {@code floor((10 - S) / 2)}, which is 5 more. 0 where nothing is to be added, or
     * nothing can.
     */
    private static long shift(Dim.Atom atom) {
        if (!(atom instanceof Dim.Function function)) {
            return 0;
        }
        return switch (function.kind()) {
            case FLOOR_DIV, CEIL_DIV -> function.b().isConstant() && function.b().constant() > 0
                    ? -Math.floorDiv(Math.min(0, function.a().min()), function.b().constant())
                    : 0;
            case MIN, MAX -> -Math.min(0, Math.min(function.a().min(), function.b().min()));
            case MOD -> 0;
        };
    }

    /** The id of an atom plus its {@code shift}. */
    private int atom(Dim.Atom atom, long shift) {
        if (atom instanceof Dim.Symbol symbol) {
            return symbol(symbol);
        }
        if (atom instanceof Dim.Bounded bounded) {
            return expression(ExpressionProto.Kind.MIN, id(bounded.value()), number(bounded.max()));
        }
        Dim.Function function = (Dim.Function) atom;
        Dim a = function.a();
        Dim b = function.b();
        return switch (function.kind()) {
            case FLOOR_DIV -> expression(ExpressionProto.Kind.FLOOR_DIV, id(a.plus(b.times(shift))), id(b));
            case CEIL_DIV -> expression(ExpressionProto.Kind.CEIL_DIV, id(a.plus(b.times(shift))), id(b));
            case MIN -> expression(ExpressionProto.Kind.MIN, id(a.plus(shift)), id(b.plus(shift)));
            case MAX -> expression(ExpressionProto.Kind.MAX, id(a.plus(shift)), id(b.plus(shift)));
            case MOD -> expression(ExpressionProto.Kind.MOD, id(nonNegative(a, b)), id(b));
        };
    }

    /** Something that leaves the same remainder. */
    private static Dim nonNegative(Dim a, Dim b) {
        return a.min() < 0 && b.isConstant() && b.constant() > 0
                ? a.plus(b.times(-Math.floorDiv(a.min(), b.constant())))
                : a;
    }

    private int number(long value) {
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new PlanException("an extent of " + value + "; extents lie between 0 and 2^31 - 1");
        }
        return entry(DimProto.newBuilder().setNumber((int) value).build());
    }

    private int symbol(Dim.Symbol symbol) {
        if (symbol.max() >= Integer.MAX_VALUE) {
            throw new PlanException("the extent " + symbol.name() + " has no bound; give one with --dim "
                    + symbol.name() + "=N");
        }
        DimProto.Builder dim = DimProto.newBuilder();
        if (symbol.learnt()) {
            // the name keeps two learnt extents apart that happen to have one bound
            Integer known = learnt.get(symbol.name());
            if (known == null) {
                known = entries.size();
                learnt.put(symbol.name(), known);
                entries.add(dim.setLearntMax((int) symbol.max()).build());
            }
            return known;
        }
        return entry(dim.setSymbol(SymbolProto.newBuilder()
                        .setName(symbol.name())
                        .setMin((int) symbol.min())
                        .setMax((int) symbol.max()))
                .build());
    }

    private final Map<String, Integer> learnt = new HashMap<>();

    private int expression(ExpressionProto.Kind kind, int a, int b) {
        return entry(DimProto.newBuilder()
                .setExpression(ExpressionProto.newBuilder().setKind(kind).setA(a).setB(b))
                .build());
    }

    private int entry(DimProto dim) {
        Integer known = ids.get(dim);
        if (known == null) {
            known = entries.size();
            entries.add(dim);
            ids.put(dim, known);
        }
        return known;
    }
}
