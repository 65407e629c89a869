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
        dim.forEachTerm((factor, atoms) -> {
            int product = Math.abs(factor) == 1 && !atoms.isEmpty() ? -1 : number(Math.abs(factor));
            for (Dim.Atom atom : atoms) {
                product = product < 0 ? atom(atom) : expression(ExpressionProto.Kind.MUL, product, atom(atom));
            }
            int side = factor > 0 ? 0 : 1;
            sums[side] = sums[side] < 0 ? product : expression(ExpressionProto.Kind.ADD, sums[side], product);
        });
        if (sums[1] < 0) {
            return sums[0];
        }
        return expression(ExpressionProto.Kind.SUB, sums[0] < 0 ? number(0) : sums[0], sums[1]);
    }

    private int atom(Dim.Atom atom) {
        if (atom instanceof Dim.Symbol symbol) {
            return symbol(symbol);
        }
        if (atom instanceof Dim.Bounded bounded) {
            return expression(ExpressionProto.Kind.MIN, id(bounded.value()), number(bounded.max()));
        }
        Dim.Function function = (Dim.Function) atom;
        ExpressionProto.Kind kind = switch (function.kind()) {
            case FLOOR_DIV -> ExpressionProto.Kind.FLOOR_DIV;
            case CEIL_DIV -> ExpressionProto.Kind.CEIL_DIV;
            case MIN -> ExpressionProto.Kind.MIN;
            case MAX -> ExpressionProto.Kind.MAX;
            case MOD -> ExpressionProto.Kind.MOD;
        };
        return expression(kind, id(function.a()), id(function.b()));
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
