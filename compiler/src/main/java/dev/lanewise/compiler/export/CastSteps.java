package dev.lanewise.compiler.export;

import dev.lanewise.compiler.onnx.OnnxTensors;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.Map;

/** Element types. */
final class CastSteps {

    private static final int WRAP = 0;
    private static final int BITS = 2;

    private CastSteps() {}

    static void register(Map<StepKind, StepExporter> kinds) {
        kinds.put(StepKind.CAST, CastSteps::cast);
    }

    private static void cast(LaneStep step) {
        GraphDraft graph = step.graph();
        OnnxValue x = step.in(0);
        DType to = step.outType(0);
        if (step.integer(0) == BITS) {
            step.out(0, bits(graph, x, to));
        } else if (step.integer(0) == WRAP || to.isFloating() || to == DType.BOOL) {
            // from a float by way of i64, whose low bits are kept, where the type alone might not hold the value
            boolean narrow = x.type().isFloating() && to.isInteger() && to.bits() < 32;
            step.out(0, graph.cast(narrow ? graph.cast(x, DType.I64) : x, to));
        } else {
            step.out(0, graph.cast(clipped(step, x, to), to));
        }
    }

    /** The same bits as another type. */
    static OnnxValue bits(GraphDraft graph, OnnxValue x, DType to) {
        boolean integers = x.type().isInteger() && to.isInteger();
        return integers
                ? graph.cast(x, to)
                : graph.node("BitCast", x).integer("to", OnnxTensors.number(to)).out(to);
    }

    /** Within what an integer type holds. */
    private static OnnxValue clipped(LaneStep step, OnnxValue x, DType to) {
        GraphDraft graph = step.graph();
        DType in = x.type() == DType.F64 || x.type().isInteger() && x.type().bits() >= 32 ? x.type() : DType.F32;
        if (to.bits() > 16 || in == DType.U64 || in == DType.U32) {
            throw step.unsupported("from " + x.type() + " to the nearest value of " + to
                    + ": ONNX's Cast leaves open what becomes of values outside the type");
        }
        OnnxValue wide = graph.cast(x, in);
        long most = (1L << to.bits() - (to.isUnsigned() ? 0 : 1)) - 1;
        return graph.cast(
                graph.node("Clip", wide, graph.constants().scalar(in, Cast.least(to)),
                        graph.constants().scalar(in, most)).out(),
                in.isFloating() ? DType.I64 : in);
    }
}
