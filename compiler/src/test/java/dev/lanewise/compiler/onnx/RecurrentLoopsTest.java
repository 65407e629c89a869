package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.SmallModel.graph;
import static dev.lanewise.compiler.onnx.SmallModel.info;
import static dev.lanewise.compiler.onnx.SmallModel.integer;
import static dev.lanewise.compiler.onnx.SmallModel.node;
import static dev.lanewise.compiler.onnx.WrittenOutCell.H;
import static dev.lanewise.compiler.onnx.WrittenOutCell.I;
import static dev.lanewise.formats.DType.BOOL;
import static dev.lanewise.formats.DType.F32;
import static dev.lanewise.formats.DType.I64;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.proto.AttributeProto;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.formats.proto.StepKind;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Loops whose bodies are recurrent cells become operations over whole sequences. */
@Tag("once")
class RecurrentLoopsTest {

    private static final int T = 7;
    private static final int B = 3;
    private static final Map<String, Literal> INPUTS = Map.of(
            "x", OneNode.uniform(F32, -1, 1, 1, T, B, I), "h0", OneNode.uniform(F32, -1, 1, 2, B, H),
            "c0", OneNode.uniform(F32, -1, 1, 3, B, H));

    /** h and c and x to h', c' and y, by nodes that {@code cell} adds. */
    private static GraphProto.Builder lstmBody(GraphProto.Builder body) {
        WrittenOutCell cell = new WrittenOutCell(body, "v").gates("ifgo");
        String[] next = cell.lstm("x_t", "h", "c");
        body.addNode(node("Identity", "h'", next[0]))
                .addNode(node("Identity", "c'", next[1]))
                .addNode(node("Identity", "y_t", next[0]));
        return body.setName("body");
    }

    private static GraphProto.Builder scanBody() {
        return lstmBody(GraphProto.newBuilder()
                .addInput(info("h", F32, B, H)).addInput(info("c", F32, B, H)).addInput(info("x_t", F32, B, I))
                .addOutput(info("h'", F32, B, H)).addOutput(info("c'", F32, B, H)).addOutput(info("y_t", F32, B, H)));
    }

    private static AttributeProto.Builder directions(String name, long... values) {
        AttributeProto.Builder list =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        for (long value : values) {
            list.addInts(value);
        }
        return list;
    }

    private static GraphProto.Builder model(Object t, NodeProto.Builder loop) {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInput(info("x", F32, t, B, I)).addInput(info("h0", F32, B, H)).addInput(info("c0", F32, B, H))
                .addNode(loop)
                .addOutput(info("hn", F32, B, H)).addOutput(info("cn", F32, B, H)).addOutput(info("y", F32, t, B, H));
        new WrittenOutCell(graph, "w").gates("ifgo").addWeights(graph, I);
        return graph;
    }

    private static OnnxAgreement agreement(String what, Object t, GraphProto.Builder model) {
        CompileOptions options = CompileOptions.defaults().autoState(false);
        return new OnnxAgreement(
                what, SmallModel.model(model), INPUTS, t instanceof String ? options.dim("T", 20) : options);
    }

    @Test
    void scan() {
        for (int in = 0; in < 2; in++) {
            for (int out = 0; out < 2; out++) {
                for (Object t : new Object[] {T, "T"}) {
                    NodeProto.Builder scan = node("Scan", "hn,cn,y", "h0", "c0", "x")
                            .addAttribute(integer("num_scan_inputs", 1))
                            .addAttribute(directions("scan_input_directions", in))
                            .addAttribute(directions("scan_output_directions", out))
                            .addAttribute(graph("body", scanBody().build()));
                    OnnxAgreement agreement = agreement("scan " + in + out + t, t, model(t, scan)).agrees();
                    if (in == out) {
                        agreement.hasOnly(StepKind.LSTM, 1);
                    } else {
                        agreement.has(StepKind.LSTM, 1).has(StepKind.REPEAT, 0);
                    }
                }
            }
        }
    }

    /**
     * A while loop as tf2onnx writes it: time and an iteration are counted by hand, the condition looks at both,
     * the tensor is carried unchanged, and its slices are gathered.
     */
    @Test
    void countingLoop() {
        for (Object t : new Object[] {T, "T"}) {
            GraphProto.Builder body = GraphProto.newBuilder()
                    .addInput(info("i", I64)).addInput(info("go", BOOL)).addInput(info("counter", I64))
                    .addInput(info("time", I64)).addInput(info("h", F32, B, H)).addInput(info("c", F32, B, H))
                    .addInput(info("all", F32, t, B, I))
                    .addNode(node("Unsqueeze", "at", "time", "axis"))
                    .addNode(node("Gather", "row", "all", "at"))
                    .addNode(node("Squeeze", "x_t", "row", "axis"))
                    .addNode(node("Add", "counter'", "counter", "step"))
                    .addNode(node("Add", "time'", "time", "step"))
                    .addNode(node("Less", "few", "counter'", "most"))
                    .addNode(node("Less", "early", "time'", "most"))
                    .addNode(node("And", "go'", "few", "early"))
                    .addNode(node("Identity", "all'", "all"))
                    .addOutput(info("go'", BOOL)).addOutput(info("counter'", I64)).addOutput(info("time'", I64));
            lstmBody(body)
                    .addOutput(info("h'", F32, B, H)).addOutput(info("c'", F32, B, H))
                    .addOutput(info("all'", F32, t, B, I)).addOutput(info("y_t", F32, B, H));
            GraphProto.Builder loop = model(t, node("Loop", "counted,ended,hn,cn,same,y", "endless", "start", "zero",
                    "zero", "h0", "c0", "x").addAttribute(graph("body", body.build())));
            GraphProto.Builder whole = loop.clone()
                    .clearNode()
                    .addInitializer(SmallModel.number("endless", Long.MAX_VALUE))
                    .addInitializer(SmallModel.number("axis", 0))
                    .addInitializer(SmallModel.number("first", 0))
                    .addInitializer(SmallModel.number("zero", 0).clearDims())
                    .addInitializer(SmallModel.number("step", 1).clearDims())
                    .addNode(node("Shape", "shape", "x"))
                    .addNode(node("Gather", "steps", "shape", "first"))
                    .addNode(node("Squeeze", "most", "steps", "axis"))
                    .addNode(node("Less", "start", "zero", "most"))
                    .addAllNode(loop.getNodeList());
            agreement("counting " + t, t, whole).agrees().hasOnly(StepKind.LSTM, 1);
        }
    }

    /** A Loop that knows its trips, reads backwards, and projects the cell's output: the projection stays inside. */
    @Test
    void moreThanACell() {
        GraphProto.Builder body = GraphProto.newBuilder()
                .addInput(info("i", I64)).addInput(info("go", BOOL)).addInput(info("h", F32, B, H))
                .addInput(info("c", F32, B, H))
                .addNode(node("Sub", "at", "last_step", "i"))
                .addNode(node("Gather", "x_t", "x", "at"))
                .addNode(node("Identity", "go'", "go"))
                .addOutput(info("go'", BOOL));
        lstmBody(body).addNode(node("MatMul", "p", "h'", "Rt_projection")).addNode(node("Softmax", "z_t", "p"))
                .addOutput(info("h'", F32, B, H)).addOutput(info("c'", F32, B, H)).addOutput(info("z_t", F32, B, H));
        GraphProto.Builder loop = model(T, node("Loop", "hn,cn,y", "trips", "", "h0", "c0")
                .addAttribute(graph("body", body.build())))
                .addInitializer(SmallModel.number("trips", T))
                .addInitializer(SmallModel.number("last_step", T - 1).clearDims())
                .addInitializer(SmallModel.tensor(new int[] {H, H}, OneNode.uniform(F32, -1, 1, 9, H, H).floats())
                        .setName("Rt_projection"));
        agreement("more", T, loop).agrees().has(StepKind.LSTM, 1).has(StepKind.REPEAT, 1).has(StepKind.MATMUL, 1);
    }

    /** How a loop over padded sequences says which rows have ended. */
    private enum Ended {
        LESS,
        GREATER,
        SWAPPED,
        NOT;

        /** Adds the choice of {@code running} or {@code stopped} in each row; gives its output. */
        String choice(WrittenOutCell cell, String running, String stopped) {
            String within = switch (this) {
                case LESS -> cell.op("Less", "i", "len");
                case GREATER -> cell.op("Greater", "len", "i");
                case SWAPPED -> cell.op("GreaterOrEqual", "i", "len");
                case NOT -> cell.op("Not", cell.op("LessOrEqual", "len", "i"));
            };
            String rows = cell.op("Unsqueeze", within, "columns");
            return this == SWAPPED
                    ? cell.op("Where", rows, stopped, running)
                    : cell.op("Where", rows, running, stopped);
        }
    }

    /** A loop over padded sequences, one of them empty and one longer than the loop; y by {@code output}. */
    private static OnnxAgreement padded(String gates, Ended ended, Object t, String output, boolean hard) {
        GraphProto.Builder body = GraphProto.newBuilder().setName("body")
                .addInput(info("i", I64)).addInput(info("go", BOOL)).addInput(info("h", F32, B, H))
                .addInput(info("c", F32, B, H)).addInput(info("o", F32, B, H))
                .addNode(node("Gather", "x_t", "x", "i"))
                .addNode(node("Identity", "go'", "go"))
                .addOutput(info("go'", BOOL));
        WrittenOutCell cell = new WrittenOutCell(body, "v").gates(gates);
        cell = hard ? cell.hardGates() : cell;
        String[] next = switch (gates) {
            case "ifgo" -> cell.lstm("x_t", "h", "c");
            case "rzn" -> new String[] {cell.gru("x_t", "h"), "c"};
            default -> new String[] {cell.rnn("x_t", "h", "Tanh"), "c"};
        };
        String h = ended.choice(cell, next[0], "h");
        String c = gates.equals("ifgo") ? ended.choice(cell, next[1], "c") : cell.op("Identity", "c");
        String o = ended.choice(cell, next[0], "o");
        String y = switch (output) {
            case "zero" -> ended.choice(cell, next[0], "zeros");
            case "state" -> cell.op("Identity", h);
            case "last output" -> cell.op("Identity", o);
            default -> cell.op("Identity", next[0]);
        };
        String kept = output.equals("last output") ? o : cell.op("Identity", "o");
        for (String value : new String[] {h, c, kept, y}) {
            body.addOutput(info(value, F32, B, H));
        }
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInput(info("x", F32, t, B, I)).addInput(info("h0", F32, B, H)).addInput(info("c0", F32, B, H))
                .addInput(info("len", I64, B))
                .addInitializer(SmallModel.number("first", 0)).addInitializer(SmallModel.number("columns", 1))
                .addInitializer(SmallModel.tensor(new int[] {B, H}, new float[B * H]).setName("zeros"))
                .addNode(node("Shape", "shape", "x"))
                .addNode(node("Gather", "steps", "shape", "first"))
                .addNode(node("Loop", "hn,cn,on,y", "steps", "", "h0", "c0", "zeros")
                        .addAttribute(graph("body", body.build())))
                .addOutput(info("hn", F32, B, H)).addOutput(info("cn", F32, B, H)).addOutput(info("y", F32, t, B, H));
        cell.addWeights(graph, I);
        CompileOptions options = CompileOptions.defaults().autoState(false);
        Map<String, Literal> inputs = new HashMap<>(INPUTS);
        inputs.put("len", Literal.of(I64, new double[] {T - 3, 0, T + 2}, B));
        return new OnnxAgreement(
                gates + " " + ended + " " + t + " " + output, SmallModel.model(graph), inputs,
                t instanceof String ? options.dim("T", 20) : options).agrees();
    }

    /** States that rows keep when their sequences have ended are lengths of one operation. */
    @Test
    void paddedSequences() {
        for (Ended ended : Ended.values()) {
            Object t = ended.ordinal() % 2 == 0 ? T : "T";
            padded("ifgo", ended, t, "zero", false).has(StepKind.LSTM, 1).has(StepKind.REPEAT, 0)
                    .has(StepKind.WHERE, 0);
        }
        padded("rzn", Ended.LESS, "T", "zero", false).has(StepKind.GRU, 1).has(StepKind.REPEAT, 0);
        padded("h", Ended.SWAPPED, T, "zero", false).has(StepKind.RNN, 1).has(StepKind.REPEAT, 0);
    }

    /** Outputs that are kept, not zero, are chosen in a loop that is left; the cell is outside of it. */
    @Test
    void keptOutputs() {
        padded("ifgo", Ended.LESS, T, "state", false).has(StepKind.LSTM, 1).has(StepKind.REPEAT, 1);
        padded("rzn", Ended.NOT, "T", "state", false).has(StepKind.GRU, 1).has(StepKind.REPEAT, 1);
        padded("ifgo", Ended.SWAPPED, "T", "last output", false).has(StepKind.LSTM, 1).has(StepKind.REPEAT, 1);
        // what is seen of the cell beyond a row's length is nothing that the operation gives: it stays inside
        padded("ifgo", Ended.LESS, T, "all", false).has(StepKind.REPEAT, 1);
    }

    /** Gates of another function: the loop stays as it is written. */
    @Test
    void hardGates() {
        padded("ifgo", Ended.LESS, "T", "zero", true).has(StepKind.LSTM, 0).has(StepKind.REPEAT, 1);
        padded("rzn", Ended.SWAPPED, T, "last output", true).has(StepKind.GRU, 0).has(StepKind.REPEAT, 1);
    }

    /**
     * A loop that keeps its outputs in a carried tensor.
     *
     * @param grows whether they are appended to it, not put into it by the iteration
     * @param also another output that sees the tensor as it is at the time
     */
    private static OnnxAgreement carriedOutputs(Object t, boolean grows, boolean also) {
        GraphProto.Builder body = GraphProto.newBuilder().setName("body")
                .addInput(info("i", I64)).addInput(info("go", BOOL)).addInput(info("h", F32, B, H))
                .addInput(info("c", F32, B, H)).addInput(info("all", F32, grows ? "grown" : t, B, H))
                .addNode(node("Gather", "x_t", "x", "i"))
                .addNode(node("Identity", "go'", "go"))
                .addOutput(info("go'", BOOL));
        lstmBody(body)
                .addNode(node("Unsqueeze", "row", "y_t", "rows"))
                .addNode(node("Reshape", "at", "i", "one_by_one"))
                .addNode(grows
                        ? node("Concat", "all'", "all", "row").addAttribute(integer("axis", 0))
                        : node("ScatterND", "all'", "all", "at", "row"))
                .addNode(node("ReduceSum", "sum", "all'", "rows").addAttribute(integer("keepdims", 0)))
                .addOutput(info("h'", F32, B, H)).addOutput(info("c'", F32, B, H))
                .addOutput(info("all'", F32, grows ? "grown" : t, B, H)).addOutput(info("sum", F32, B, H));
        GraphProto.Builder graph = model(t, node("Loop", "hn,cn,y,sums", "steps", "", "h0", "c0", "empty")
                .addAttribute(graph("body", body.build())));
        GraphProto.Builder whole = graph.clone()
                .clearNode()
                .addInitializer(SmallModel.number("rows", 0))
                .addInitializer(SmallModel.longs("one_by_one", 1, 1))
                .addInitializer(SmallModel.longs("row_shape", B, H))
                .addNode(node("Shape", "shape", "x"))
                .addNode(node("Gather", "steps", "shape", "rows"))
                .addNode(node("Concat", "y_shape", grows ? "rows" : "steps", "row_shape")
                        .addAttribute(integer("axis", 0)))
                .addNode(node("ConstantOfShape", "empty", "y_shape"))
                .addAllNode(graph.getNodeList());
        if (also) {
            whole.addOutput(info("sums", F32, t, B, H));
        }
        return agreement("carried outputs " + t + grows + also, t, whole).agrees();
    }

    /** Rows put into a tensor by the iteration are collected, where nobody sees the tensor before it is full. */
    @Test
    void filledTensors() {
        carriedOutputs(T, false, false).hasOnly(StepKind.LSTM, 1);
        carriedOutputs("T", false, false).has(StepKind.LSTM, 1).has(StepKind.REPEAT, 0);
        carriedOutputs(T, false, true).has(StepKind.LSTM, 1).has(StepKind.REPEAT, 1);
    }

    /** What grows stays a loop, with one operation for the cell. */
    @Test
    void grownTensors() {
        carriedOutputs(T, true, false).has(StepKind.LSTM, 1);
        carriedOutputs("T", true, true).has(StepKind.LSTM, 1);
    }
}
