package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.UpdateRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * An {@link Update} of some rows of a table; the others, and their slots, stay as they are. Inputs as there, the
 * gradient being that of the rows [n, inner...], and behind the slots which rows these are, i32 [n], up to the first
 * that is -1.
 */
public record UpdateRows(Update update) implements Op {

    private static final int P = 0;
    private static final int GRADIENT = 1;

    @Override
    public List<ValueType> infer(Signature in) {
        int ids = in.count() - 1;
        in.requireType(ids, DType.I32);
        in.requireRank(ids, 1);
        in.requireType(GRADIENT, DType.F32);
        in.requireRank(GRADIENT, in.rank(P));
        in.requireEqual(in.dim(GRADIENT, 0), in.dim(ids, 0), "the rows of the gradient");
        for (int axis = 1; axis < in.rank(P); axis++) {
            in.requireEqual(in.dim(GRADIENT, axis), in.dim(P, axis), "extent " + axis + " of the gradient");
        }
        List<ValueType> types = new ArrayList<>(List.of(in.type(P)));
        for (int i = Update.SLOTS; i < ids; i++) {
            Update.requireLike(in, i);
            types.add(in.type(i));
        }
        return types;
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        List<double[]> values = new ArrayList<>(List.of(in.in(P).toDoubles()));
        int last = Update.SLOTS;
        while (in.has(last + 1)) {
            values.add(in.in(last++).toDoubles());
        }
        Literal ids = in.in(last);
        int width = in.in(GRADIENT).size() / ids.size();
        double[] gradient = in.in(GRADIENT).toDoubles();
        boolean adam = update.rule() == UpdateRule.ADAM;
        // SparseAdam adds epsilon before the second moment is corrected, Adam after.
        double added = adam ? update.epsilon() / Math.sqrt(1 - in.in(Update.POWERS).doubleAt(1)) : update.epsilon();
        for (int i = 0; i < ids.size() && ids.longAt(i) >= 0; i++) {
            int from = (int) ids.longAt(i) * width;
            List<double[]> rows = new ArrayList<>();
            values.forEach(all -> rows.add(Arrays.copyOfRange(all, from, from + width)));
            update.apply(in, rows, Arrays.copyOfRange(gradient, i * width, (i + 1) * width), added);
            for (int j = 0; j < rows.size(); j++) {
                System.arraycopy(rows.get(j), 0, values.get(j), from, width);
            }
        }
        return values.stream().map(each -> Literal.of(DType.F32, each, in.in(P).shape())).toList();
    }

    @Override
    public void lower(Lowering lowering) {
        update.arguments(lowering.step(StepKind.UPDATE_ROWS));
    }

    /** Each rule that rows may follow, rows with a tail, no row at all. */
    static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (UpdateRule rule : List.of(UpdateRule.SGD, UpdateRule.ADAGRAD, UpdateRule.ADAM)) {
            boolean adam = rule == UpdateRule.ADAM;
            Update update = new Update(rule, 0, 0.5f, 0.9f, 0.95f, 1e-3f);
            for (long[] ids : new long[][] {{4, 0, 6, -1, -1}, {-1}, {2, 1}}) {
                List<OpCase.Input> inputs = new ArrayList<>(List.of(
                        OpCase.in(7, 19), OpCase.in(ids.length, 19), OpCase.constant(Literal.scalar(0.1f)),
                        OpCase.constant(Literal.scalar(0.7f)),
                        adam ? OpCase.in(ValueType.of(DType.F64, 2), 0.3, 0.8) : OpCase.absent()));
                int slots = adam ? 2 : rule == UpdateRule.SGD ? 0 : 1;
                inputs.addAll(Collections.nCopies(slots, OpCase.in(ValueType.of(DType.F32, 7, 19), 0.1, 1)));
                inputs.add(OpCase.constant(Literal.of(DType.I32, ids, ids.length)));
                cases.add(OpCase.of(new UpdateRows(update), inputs.toArray(new OpCase.Input[0])));
            }
        }
        return cases;
    }
}
