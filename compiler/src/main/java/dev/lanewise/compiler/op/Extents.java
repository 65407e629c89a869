package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.plan.PlanStep;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.List;

/** Extents as data: an i64 vector of {@code dims}, or, where {@code scalar}, the only one. */
public record Extents(List<Dim> dims, boolean scalar) implements Op {

    public Extents {
        dims = List.copyOf(dims);
    }

    @Override
    public List<Dim> extents() {
        return dims;
    }

    @Override
    public List<ValueType> infer(Signature in) {
        return List.of(scalar ? ValueType.of(DType.I64) : ValueType.of(DType.I64, dims.size()));
    }

    @Override
    public List<List<Dim>> contents(Signature in) {
        return List.of(dims);
    }

    /** Not a constant, though it has no inputs: extents are known when the model runs. */
    @Override
    public boolean isPure() {
        return dims.stream().allMatch(Dim::isConstant);
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        long[] values = dims.stream().mapToLong(in::value).toArray();
        return List.of(scalar ? Literal.scalar(values[0]) : Literal.of(values, values.length));
    }

    @Override
    public void lower(Lowering lowering) {
        PlanStep step = lowering.step(StepKind.DIMS);
        dims.forEach(dim -> step.ints(lowering.dim(dim)));
    }

    static List<OpCase> cases() {
        return List.of(OpCase.of(new Extents(Expand.dims(2, 3), false)), OpCase.of(new Extents(Expand.dims(7), true)));
    }
}
