package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.SmallModel.graph;
import static dev.lanewise.compiler.onnx.SmallModel.info;
import static dev.lanewise.compiler.onnx.SmallModel.integer;
import static dev.lanewise.compiler.onnx.SmallModel.node;
import static dev.lanewise.compiler.onnx.SmallModel.number;
import static dev.lanewise.compiler.onnx.WrittenOutCell.H;
import static dev.lanewise.compiler.onnx.WrittenOutCell.I;
import static dev.lanewise.formats.DType.BOOL;
import static dev.lanewise.formats.DType.F32;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.WrittenOutCell.Products;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.formats.proto.StepKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Steps of one cell that are written out one after another become one operation over the sequence. */
@Tag("once")
class UnrolledCellsTest {

    private static final int T = 5;
    private static final int B = 2;

    private static final Step LSTM = (cell, x, states) -> cell.lstm(x, states[0], states[1]);
    private static final Step GRU = (cell, x, states) -> new String[] {cell.gru(x, states[0])};

    /** What one step makes of x and its states: its new states, h first. */
    private interface Step {
        String[] apply(WrittenOutCell cell, String x, String[] states);
    }

    private static Step simple(String activation) {
        return (cell, x, states) -> new String[] {cell.rnn(x, states[0], activation)};
    }

    /**
     * @param batchFirst whether x is [B, T, I] and y [B, T, H], as PyTorch's users have them
     * @param reverse whether the last element comes first
     * @param zeros whether the initial states are constants
     */
    private record Form(boolean batchFirst, boolean reverse, boolean zeros) {

        static final Form PLAIN = new Form(false, false, false);

        /** All eight. */
        static List<Form> all() {
            List<Form> forms = new ArrayList<>();
            for (int bits = 0; bits < 8; bits++) {
                forms.add(new Form((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0));
            }
            return forms;
        }

        int axis() {
            return batchFirst ? 1 : 0;
        }

        int[] shape(int columns) {
            return batchFirst ? new int[] {B, T, columns} : new int[] {T, B, columns};
        }

        private int step(int i) {
            return reverse ? T - 1 - i : i;
        }

        /** What the steps see of x, first step first. */
        List<String> slices(WrittenOutCell cell, String x) {
            List<String> slices = new ArrayList<>();
            for (int i = 0; i < T; i++) {
                slices.add(cell.op("Gather", List.of(integer("axis", axis())), x, "t" + step(i)));
            }
            return slices;
        }

        /** The outputs of the steps as one. */
        String joined(WrittenOutCell cell, List<String> outputs) {
            List<String> rows = new ArrayList<>();
            for (int i = 0; i < T; i++) {
                rows.add(cell.op("Unsqueeze", outputs.get(step(i)), "axis" + axis()));
            }
            return cell.op("Concat", List.of(integer("axis", axis())), rows.toArray(new String[0]));
        }
    }

    /** The states after each step. */
    private static List<String[]> run(WrittenOutCell cell, Step step, List<String> xs, String... states) {
        List<String[]> all = new ArrayList<>();
        for (String x : xs) {
            all.add(step.apply(cell, x, all.isEmpty() ? states : all.get(all.size() - 1)));
        }
        return all;
    }

    private static List<String> outputs(List<String[]> states) {
        return states.stream().map(state -> state[0]).toList();
    }

    /** A graph of x and states; {@code h0} and {@code c0} if there are two. */
    private static GraphProto.Builder inputs(Form form, int columns, int states) {
        int[] shape = form.shape(columns);
        GraphProto.Builder graph = GraphProto.newBuilder().addInput(info("x", F32, shape[0], shape[1], shape[2]));
        for (String name : List.of("h0", "c0").subList(0, states)) {
            if (form.zeros) {
                graph.addInitializer(SmallModel.tensor(new int[] {B, H}, new float[B * H]).setName(name));
            } else {
                graph.addInput(info(name, F32, B, H));
            }
        }
        graph.addInitializer(number("axis" + form.axis(), form.axis()));
        for (int t = 0; t < T; t++) {
            graph.addInitializer(number("t" + t, t).clearDims());
        }
        return graph;
    }

    private static OnnxAgreement agreement(String what, GraphProto.Builder graph, Form form, int columns) {
        Literal initial = OneNode.uniform(F32, -1, 1, 7, B, H);
        Literal chosen = Literal.of(BOOL, new double[] {1}, 1);
        return new OnnxAgreement(
                what, SmallModel.model(graph),
                Map.of("x", OneNode.uniform(F32, -1, 1, 1, form.shape(columns)), "h0", initial, "c0", initial,
                        "chosen", chosen)).agrees();
    }

    private static OnnxAgreement unrolled(
            String gates, Products products, int columns, int states, Form form, Step step) {
        GraphProto.Builder graph = inputs(form, columns, states);
        WrittenOutCell cell = new WrittenOutCell(graph, "v").gates(gates).products(products);
        List<String[]> all = run(cell, step, form.slices(cell, "x"), states == 2
                ? new String[] {"h0", "c0"}
                : new String[] {"h0"});
        int[] shape = form.shape(H);
        graph.addOutput(info(form.joined(cell, outputs(all)), F32, shape[0], shape[1], shape[2]));
        for (String last : all.get(T - 1)) {
            graph.addOutput(info(last, F32, B, H));
        }
        cell.addWeights(graph, columns);
        return agreement(gates + " " + products + " " + form, graph, form, columns);
    }

    /** The only step of the plan besides, at most, one that puts x in order and one that does so with y. */
    private static void hasOne(OnnxAgreement agreement, StepKind kind, Form form) {
        agreement.has(kind, 1).has(StepKind.CONCAT, 0).has(StepKind.GATHER, 0).has(StepKind.BINARY, 0);
        if (!form.batchFirst && !form.reverse) {
            agreement.hasOnly(kind, 1);
        }
    }

    /** All forms; each way to write the products in two of them that differ in all. */
    @Test
    void lstm() {
        List<Form> forms = Form.all();
        for (int i = 0; i < forms.size(); i++) {
            Products products = Products.values()[i < 4 ? i : 7 - i];
            hasOne(unrolled("ifgo", products, I, 2, forms.get(i), LSTM), StepKind.LSTM, forms.get(i));
        }
        // x as wide as the state: which is which shows only in the chain
        for (int i : new int[] {0, 3, 5, 6}) {
            hasOne(unrolled("ifgo", Products.GEMMS, H, 2, forms.get(i), LSTM), StepKind.LSTM, forms.get(i));
        }
    }

    @Test
    void gru() {
        List<Form> forms = Form.all();
        for (int i = 0; i < forms.size(); i++) {
            Products products = Products.values()[i < 4 ? i : 7 - i];
            hasOne(unrolled("rzn", products, I, 1, forms.get(i), GRU), StepKind.GRU, forms.get(i));
        }
    }

    /** One step of a simple cell is a dense layer; that they are steps shows in the chain alone. */
    @Test
    void simpleCells() {
        List<Form> forms = Form.all();
        for (int i = 0; i < forms.size(); i++) {
            Step step = simple(i % 3 == 0 ? "Relu" : "Tanh");
            Products products = Products.values()[i % 3];
            hasOne(unrolled("h", products, i == 3 || i == 4 ? H : I, 1, forms.get(i), step), StepKind.RNN,
                    forms.get(i));
        }
    }

    /** Two layers, one after the other and taking turns: layer by layer, and step by step. */
    @Test
    void stacked() {
        for (Form form : List.of(Form.PLAIN, new Form(true, true, true))) {
            for (boolean turns : new boolean[] {false, true}) {
                stacked(form, turns, "ifgo", 2, LSTM, StepKind.LSTM);
                stacked(form, turns, "h", 1, simple("Tanh"), StepKind.RNN);
            }
        }
    }

    private static void stacked(Form form, boolean turns, String gates, int states, Step step, StepKind kind) {
        GraphProto.Builder graph = inputs(form, I, states);
        WrittenOutCell lower = new WrittenOutCell(graph, "v").gates(gates);
        WrittenOutCell upper = new WrittenOutCell(graph, "u").gates(gates).layer(1);
        String[] initial = {"h0", "c0"};
        List<String> xs = form.slices(lower, "x");
        List<String[]> all = new ArrayList<>();
        if (turns) {
            String[] below = initial;
            for (String x : xs) {
                below = step.apply(lower, x, below);
                all.add(step.apply(upper, below[0], all.isEmpty() ? initial : all.get(all.size() - 1)));
            }
        } else {
            all.addAll(run(upper, step, outputs(run(lower, step, xs, initial)), initial));
        }
        int[] shape = form.shape(H);
        graph.addOutput(info(form.joined(upper, outputs(all)), F32, shape[0], shape[1], shape[2]));
        lower.addWeights(graph, I);
        upper.addWeights(graph, H);
        agreement("stacked, in turns " + turns + " " + gates + form, graph, form, I)
                .has(kind, 2).has(StepKind.CONCAT, 0).has(StepKind.BINARY, 0);
    }

    /** Each step's output written into a buffer, as {@code out[:, t] = y} is. */
    @Test
    void writtenOutputs() {
        for (Form form : Form.all()) {
            written(form, "ifgo", 2, LSTM, StepKind.LSTM);
            written(form, "rzn", 1, GRU, StepKind.GRU);
        }
    }

    private static void written(Form form, String gates, int states, Step step, StepKind kind) {
        int[] shape = form.shape(H);
        GraphProto.Builder graph = inputs(form, I, states)
                .addInitializer(SmallModel.tensor(shape, new float[T * B * H]).setName("buffer"));
        WrittenOutCell cell = new WrittenOutCell(graph, "v").gates(gates);
        List<String> ys = outputs(run(cell, step, form.slices(cell, "x"), "h0", "c0"));
        String buffer = "buffer";
        for (int i = 0; i < T; i++) {
            int t = form.step(i);
            graph.addInitializer(form.batchFirst
                    ? SmallModel.longs("place" + t, 0, t, 1, t).clearDims().addDims(B).addDims(1).addDims(2)
                    : SmallModel.longs("place" + t, t).clearDims().addDims(1).addDims(1));
            String y = cell.op("Unsqueeze", ys.get(i), "axis" + form.axis());
            buffer = cell.op("ScatterND", buffer, "place" + t, y);
        }
        graph.addOutput(info(buffer, F32, shape[0], shape[1], shape[2]));
        cell.addWeights(graph, I);
        hasOne(agreement("written " + gates + form, graph, form, I).has(StepKind.SCATTER_ND, 0), kind, form);
    }

    /** Gates of another function are no gates of an LSTM: the steps stay as they are written. */
    @Test
    void hardGates() {
        Step lstm = (cell, x, states) -> cell.hardGates().lstm(x, states[0], states[1]);
        unrolled("ifgo", Products.MATMULS, I, 2, Form.PLAIN, lstm).has(StepKind.LSTM, 0);
        Step gru = (cell, x, states) -> new String[] {cell.hardGates().gru(x, states[0])};
        unrolled("zrn", Products.MATMULS, I, 1, Form.PLAIN, gru).has(StepKind.GRU, 0);
    }

    /** Forwards and backwards over one x, and the outputs of both joined. */
    @Test
    void bidirectional() {
        bidirectional("ifgo", 2, LSTM, StepKind.LSTM);
        bidirectional("rzn", 1, GRU, StepKind.GRU);
        bidirectional("h", 1, simple("Relu"), StepKind.RNN);
    }

    private static void bidirectional(String gates, int states, Step step, StepKind kind) {
        for (boolean zeros : new boolean[] {false, true}) {
            GraphProto.Builder graph = inputs(new Form(false, false, zeros), I, states);
            List<String> ys = new ArrayList<>();
            for (boolean reverse : new boolean[] {false, true}) {
                Form form = new Form(false, reverse, zeros);
                WrittenOutCell cell = new WrittenOutCell(graph, reverse ? "b" : "f").gates(gates).layer(ys.size());
                ys.add(form.joined(cell, outputs(run(cell, step, form.slices(cell, "x"), "h0", "c0"))));
                cell.addWeights(graph, I);
            }
            graph.addNode(node("Concat", "y", ys.get(0), ys.get(1)).addAttribute(integer("axis", 2)))
                    .addOutput(info("y", F32, T, B, 2 * H));
            agreement("bidirectional " + gates + zeros, graph, Form.PLAIN, I)
                    .has(kind, 2).has(StepKind.CONCAT, 1).has(StepKind.BINARY, 0);
        }
    }

    /** In a branch, with what it sees from outside. */
    @Test
    void inBranch() {
        branch("ifgo", 2, LSTM, StepKind.LSTM);
        branch("h", 1, simple("Tanh"), StepKind.RNN);
    }

    private static void branch(String gates, int states, Step step, StepKind kind) {
        GraphProto.Builder steps = GraphProto.newBuilder().setName("steps");
        WrittenOutCell cell = new WrittenOutCell(steps, "v").gates(gates);
        String y = Form.PLAIN.joined(cell, outputs(run(cell, step, Form.PLAIN.slices(cell, "x"), "h0", "c0")));
        steps.addOutput(info(y, F32, T, B, H));
        GraphProto.Builder other = GraphProto.newBuilder().setName("other")
                .addNode(node("Expand", "none", "h0", "whole"))
                .addOutput(info("none", F32, T, B, H));
        GraphProto.Builder graph = inputs(Form.PLAIN, I, states)
                .addInput(info("chosen", BOOL, 1))
                .addInitializer(SmallModel.longs("whole", T, B, H))
                .addNode(node("If", "y", "chosen")
                        .addAttribute(graph("then_branch", steps.build()))
                        .addAttribute(graph("else_branch", other.build())))
                .addOutput(info("y", F32, T, B, H));
        cell.addWeights(graph, I);
        agreement("in a branch " + gates, graph, Form.PLAIN, I)
                .has(kind, 1).has(StepKind.CONCAT, 0).has(StepKind.BINARY, 0);
    }
}
