package dev.lanewise.compiler.export;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.Map;

/**
 * Attention, written out in the operators that every runtime has: ONNX's own came late, and says neither from where on
 * a query is causal nor what becomes of one that sees no key.
 */
final class AttentionSteps {

    /** The output that only gradients read. */
    private static final int LOG_SUMS = 2;

    private AttentionSteps() {}

    static void register(Map<StepKind, StepExporter> kinds) {
        kinds.put(StepKind.ATTENTION, AttentionSteps::attention);
    }

    private static void attention(LaneStep step) {
        if (step.gives(LOG_SUMS)) {
            throw step.ofTraining();
        }
        GraphDraft graph = step.graph();
        Attention.Layout layout = step.choice(2, Attention.Layout.values());
        OnnxValue q = graph.transpose(step.in(0), 0, 2, 1, 3);
        OnnxValue k = graph.transpose(headsFirst(step, 1, layout), 0, 1, 3, 2);
        OnnxValue scores = scaled(step, graph.node("MatMul", q, k).out());
        if (step.has(3)) {
            scores = graph.node("Add", scores, step.in(3)).out();
        }
        if (step.flag(0)) {
            scores = graph.node("Add", scores, causalMask(step, layout)).out();
        }
        OnnxValue weights = graph.node("Softmax", scores).integer("axis", -1).out();
        if (step.has(3)) { // which may hide every key
            OnnxValue none = graph.node("IsNaN", weights).out(DType.BOOL);
            weights = graph.node("Where", none, graph.constants().scalar(DType.F32, 0), weights).out(DType.F32);
        }
        OnnxValue y = graph.node("MatMul", weights, headsFirst(step, 2, layout)).out();
        step.out(0, graph.transpose(y, 0, 2, 1, 3));
    }

    /** Keys or values, with those of the past, as {@code [B, heads, S, d]}: one for each head of the queries. */
    private static OnnxValue headsFirst(LaneStep step, int input, Attention.Layout layout) {
        GraphDraft graph = step.graph();
        OnnxValue x = step.in(input);
        if (step.has(3 + input)) {
            x = graph.node("Concat", step.in(3 + input), x).integer("axis", layout.keyAxis()).out();
        }
        OnnxValue byHead = switch (layout) {
            case BATCH_FIRST -> graph.transpose(x, 0, 2, 1, 3);
            case KEYS_FIRST -> graph.transpose(x, 1, 2, 0, 3);
            case HEADS_FIRST -> x;
        };
        long heads = step.shape(0).get(2).constant();
        long own = step.shape(input).get(layout == Attention.Layout.HEADS_FIRST ? 1 : 2).constant();
        if (own == heads) {
            return byHead;
        }
        OnnxValue one = graph.node("Unsqueeze", byHead, graph.constants().integers(2)).out();
        OnnxValue each = graph.node("Expand", one, graph.constants().integers(1, 1, heads / own, 1, 1)).out();
        long size = step.shape(input).get(3).constant();
        return graph.node("Reshape", each, graph.constants().integers(0, heads, -1, size)).out();
    }

    private static OnnxValue scaled(LaneStep step, OnnxValue scores) {
        Arithmetic arithmetic = new Arithmetic(step);
        OnnxValue scaled = step.number(0) == 1 ? scores : arithmetic.apply("Mul", scores, step.number(0));
        float softcap = step.number(1);
        return softcap == 0
                ? scaled
                : arithmetic.apply("Mul", arithmetic.apply("Tanh", arithmetic.apply("Div", scaled, softcap)), softcap);
    }

    /** −∞ where a key lies behind query + offset, else 0: {@code [T, S]}. */
    private static OnnxValue causalMask(LaneStep step, Attention.Layout layout) {
        GraphDraft graph = step.graph();
        Dim keys = step.shape(1).get(layout.keyAxis());
        if (step.has(4)) {
            keys = keys.plus(step.shape(4).get(layout.keyAxis()));
        }
        OnnxValue last = positions(step, step.shape(0).get(1));
        if (!step.dim(1).is(0)) {
            last = graph.node("Add", last, step.extents().scalar(step.dim(1))).out();
        }
        OnnxValue column = graph.node("Unsqueeze", last, graph.constants().integers(1)).out();
        OnnxValue seen = new Arithmetic(step).apply("LessOrEqual", positions(step, keys), column);
        return graph.node("Where", seen, graph.constants().scalar(DType.F32, 0),
                graph.constants().scalar(DType.F32, Double.NEGATIVE_INFINITY)).out(DType.F32);
    }

    private static OnnxValue positions(LaneStep step, Dim count) {
        GraphDraft graph = step.graph();
        return graph.node("Range", graph.constants().scalar(DType.I64, 0), step.extents().scalar(count),
                graph.constants().scalar(DType.I64, 1)).out();
    }
}
