package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of a table that a batch touches, and what comes to each: indices [i..., 1] into the table and updates [i...,
 * inner...] give the different indices, i32 [n], in the order in which they first come, -1 behind them, and the sums of
 * their updates [n, inner...], zeros behind them. Memory and work are those of the updates, whatever the table's size.
 *
 * @param rows of the table
 */
public record SumRows(int rows) implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        Indices.require(in, 0);
        in.requireType(1, DType.F32);
        int depth = in.rank(0) - 1;
        in.requireEqual(in.dim(0, depth), Dim.ONE, "the last extent of the indices");
        for (int axis = 0; axis < depth; axis++) {
            in.requireEqual(in.dim(1, axis), in.dim(0, axis), "extent " + axis + " of the updates");
        }
        List<Dim> sums = new ArrayList<>(in.shape(1).subList(depth, in.rank(1)));
        Dim count = ValueType.product(in.shape(0));
        sums.add(0, count);
        return List.of(new ValueType(DType.I32, List.of(count)), new ValueType(DType.F32, sums));
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal indices = in.in(0);
        int n = indices.size();
        int width = in.in(1).size() / Math.max(1, n);
        long[] ids = new long[n];
        Arrays.fill(ids, -1);
        double[] sums = new double[n * width];
        Map<Integer, Integer> places = new LinkedHashMap<>();
        for (int i = 0; i < n; i++) {
            int id = Indices.positive(indices.longAt(i), rows);
            int place = places.computeIfAbsent(id, missing -> places.size());
            ids[place] = id;
            for (int j = 0; j < width; j++) {
                sums[place * width + j] += in.in(1).doubleAt(i * width + j);
            }
        }
        return List.of(Literal.of(DType.I32, ids, n), Literal.of(DType.F32, sums, in.outputShape(1)));
    }

    @Override
    public void lower(Lowering lowering) {
        Dim count = ValueType.product(lowering.inputValue(0).shape());
        lowering.step(StepKind.SUM_ROWS, lowering.ins(), Lowering.list(
                        lowering.out(0), lowering.out(1), lowering.scratch(DType.I32, count.times(4).plus(4))))
                .ints(rows);
    }

    /** Indices that come again, in both widths, one from the end; rows of several axes. */
    static List<OpCase> cases() {
        return List.of(
                OpCase.of(new SumRows(9), OpCase.in(ValueType.of(DType.I64, 40, 1), -9, 9), OpCase.in(40, 17)),
                OpCase.of(new SumRows(100), OpCase.in(ValueType.of(DType.I32, 3, 5, 1), 0, 100), OpCase.in(3, 5, 2, 3)),
                OpCase.of(new SumRows(1), OpCase.in(ValueType.of(DType.I32, 1, 1), 0, 1), OpCase.in(1, 4)));
    }
}
