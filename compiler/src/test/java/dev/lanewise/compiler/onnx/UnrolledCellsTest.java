package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.SmallModel.info;
import static dev.lanewise.compiler.onnx.SmallModel.integer;
import static dev.lanewise.compiler.onnx.SmallModel.number;
import static dev.lanewise.compiler.onnx.WrittenOutCell.H;
import static dev.lanewise.compiler.onnx.WrittenOutCell.I;
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

    /** What one step makes of x and its states: its new states, h first. */
    private interface Step {
        String[] apply(WrittenOutCell cell, String x, String[] states);
    }

    /**
     * @param batchFirst whether x is [B, T, I] and y [B, T, H], as PyTorch's users have them
     * @param reverse whether the last element comes first
     * @param zeros whether the initial states are constants
     */
    private record Form(boolean batchFirst, boolean reverse, boolean zeros) {}

    private static OnnxAgreement unrolled(
            String gates, Products products, int inputs, int states, Form form, Step step) {
        GraphProto.Builder graph = GraphProto.newBuilder();
        int[] shape = form.batchFirst ? new int[] {B, T, inputs} : new int[] {T, B, inputs};
        graph.addInput(info("x", F32, shape[0], shape[1], shape[2]))
                .addInitializer(number("axis", form.batchFirst ? 1 : 0));
        Literal initial = OneNode.uniform(F32, -1, 1, 7, B, H);
        String[] state = states == 2 ? new String[] {"h0", "c0"} : new String[] {"h0"};
        for (String name : state) {
            if (form.zeros) {
                graph.addInitializer(SmallModel.tensor(new int[] {B, H}, new float[B * H]).setName(name));
            } else {
                graph.addInput(info(name, F32, B, H));
            }
        }
        WrittenOutCell cell = new WrittenOutCell(graph, "v").gates(gates).products(products);
        List<String> outputs = new ArrayList<>();
        for (int i = 0; i < T; i++) {
            int t = form.reverse ? T - 1 - i : i;
            graph.addInitializer(number("t" + t, t).clearDims());
            String xt = cell.op("Gather", List.of(integer("axis", form.batchFirst ? 1 : 0)), "x", "t" + t);
            state = step.apply(cell, xt, state);
            outputs.add(form.reverse ? 0 : i, cell.op("Unsqueeze", state[0], "axis"));
        }
        String y = cell.op("Concat", List.of(integer("axis", form.batchFirst ? 1 : 0)), outputs.toArray(new String[0]));
        graph.addOutput(info(y, F32, form.batchFirst ? B : T, form.batchFirst ? T : B, H));
        for (String last : state) {
            graph.addOutput(info(last, F32, B, H));
        }
        cell.addWeights(graph, inputs);
        return new OnnxAgreement(
                gates + " " + products + " " + form, SmallModel.model(graph),
                Map.of("x", OneNode.uniform(F32, -1, 1, 1, shape), "h0", initial, "c0", initial)).agrees();
    }

    private static List<Form> forms() {
        List<Form> forms = new ArrayList<>();
        for (int bits = 0; bits < 8; bits++) {
            forms.add(new Form((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0));
        }
        return forms;
    }

    /** The only step of the plan besides, at most, one that puts x in order and one that does so with y. */
    private static void hasOne(OnnxAgreement agreement, StepKind kind, Form form) {
        agreement.has(kind, 1).has(StepKind.CONCAT, 0).has(StepKind.GATHER, 0).has(StepKind.BINARY, 0);
        if (!form.batchFirst && !form.reverse) {
            agreement.hasOnly(kind, 1);
        }
    }

    @Test
    void lstm() {
        Step step = (cell, x, states) -> cell.lstm(x, states[0], states[1]);
        for (Form form : forms()) {
            for (Products products : Products.values()) {
                hasOne(unrolled("ifgo", products, I, 2, form, step), StepKind.LSTM, form);
            }
        }
        // x as wide as the state: which is which shows only in the chain
        for (Form form : forms()) {
            hasOne(unrolled("ifgo", Products.GEMMS, H, 2, form, step), StepKind.LSTM, form);
        }
    }

    @Test
    void gru() {
        Step step = (cell, x, states) -> new String[] {cell.gru(x, states[0])};
        for (Form form : forms()) {
            for (Products products : Products.values()) {
                hasOne(unrolled("rzn", products, I, 1, form, step), StepKind.GRU, form);
            }
        }
    }
}
