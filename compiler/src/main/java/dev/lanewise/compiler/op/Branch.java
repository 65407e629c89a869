package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.plan.PlanTensor;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One of two graphs, by a condition known only when the model runs. Inputs: condition (bool, one
 * element), what {@code whenTrue} uses from outside, in the order of its inputs, then what {@code
 * whenFalse} does.
 *
 * @param types of the results: where the two graphs give different extents, learnt ones
 */
public record Branch(Graph whenTrue, Graph whenFalse, List<ValueType> types) implements Op {

    public Branch {
        types = List.copyOf(types);
    }

    @Override
    public List<ValueType> infer(Signature in) {
        in.requireType(0, DType.BOOL);
        in.requireEqual(in.type(0).size(), Dim.ONE, "the size of the condition");
        for (Graph body : List.of(whenTrue, whenFalse)) {
            if (body.outputs().size() != types.size()) {
                throw in.fail("the branches have " + body.outputs().size() + " and " + types.size() + " results");
            }
        }
        return types;
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        boolean taken = in.in(0).longAt(0) != 0;
        Graph body = taken ? whenTrue : whenFalse;
        int first = taken ? 1 : 1 + whenTrue.inputs().size();
        Map<Value, Literal> values = new HashMap<>();
        for (int i = 0; i < body.inputs().size(); i++) {
            values.put(body.inputs().get(i).value(), in.in(first + i));
        }
        return in.results(body, values);
    }

    @Override
    public double work(Signature in) {
        return Math.max(whenTrue.work(), whenFalse.work());
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.BRANCH, Lowering.list(lowering.in(0)), lowering.outs())
                .block(lowering.body(whenTrue, captures(lowering, whenTrue, 1)))
                .block(lowering.body(whenFalse, captures(lowering, whenFalse, 1 + whenTrue.inputs().size())));
    }

    private static Map<Value, PlanTensor> captures(Lowering lowering, Graph body, int first) {
        Map<Value, PlanTensor> bound = new HashMap<>();
        for (int i = 0; i < body.inputs().size(); i++) {
            bound.put(body.inputs().get(i).value(), lowering.in(first + i));
        }
        return bound;
    }

    @Override
    public List<Graph> bodies() {
        return List.of(whenTrue, whenFalse);
    }

    @Override
    public Op withBodies(List<Graph> bodies) {
        return new Branch(bodies.get(0), bodies.get(1), types);
    }

    static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (int condition = 0; condition < 2; condition++) {
            cases.add(OpCase.of(
                    new Branch(
                            SmallGraphs.unary(dev.lanewise.runtime.kernel.UnaryFn.RELU),
                            SmallGraphs.unary(dev.lanewise.runtime.kernel.UnaryFn.NEG),
                            List.of(ValueType.of(DType.F32, 5))),
                    OpCase.in(ValueType.of(DType.BOOL), condition, condition + 1), OpCase.in(5), OpCase.in(5)));
        }
        return cases;
    }
}
