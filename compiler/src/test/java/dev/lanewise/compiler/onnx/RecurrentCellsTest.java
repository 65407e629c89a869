package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.SmallModel.info;
import static dev.lanewise.compiler.onnx.WrittenOutCell.H;
import static dev.lanewise.compiler.onnx.WrittenOutCell.I;
import static dev.lanewise.formats.DType.F32;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.WrittenOutCell.Cut;
import dev.lanewise.compiler.onnx.WrittenOutCell.Logistic;
import dev.lanewise.compiler.onnx.WrittenOutCell.Mix;
import dev.lanewise.compiler.onnx.WrittenOutCell.Products;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.formats.proto.StepKind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * One step of a cell that an exporter has taken apart is one step of the plan, and computes what it did. Of the
 * ways to write it, each is in two cells at least, beside different others.
 */
@Tag("once")
class RecurrentCellsTest {

    private static final int B = 3;
    private static final Map<String, Literal> INPUTS = Map.of(
            "x", OneNode.uniform(F32, -1, 1, 1, B, I), "h", OneNode.uniform(F32, -1, 1, 2, B, H),
            "c", OneNode.uniform(F32, -1, 1, 3, B, H));

    private static GraphProto.Builder inputs(boolean cellState) {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInput(info("x", F32, B, I))
                .addInput(info("h", F32, B, H));
        return cellState ? graph.addInput(info("c", F32, B, H)) : graph;
    }

    private static OnnxAgreement outputs(GraphProto.Builder graph, String what, String... outputs) {
        for (String output : outputs) {
            graph.addOutput(info(output, F32, B, H));
        }
        return new OnnxAgreement(what, SmallModel.model(graph), INPUTS);
    }

    private static WrittenOutCell cell(GraphProto.Builder graph, String gates) {
        return new WrittenOutCell(graph, "v").gates(gates);
    }

    private static void isLstm(WrittenOutCell cell, GraphProto.Builder graph) {
        String[] next = cell.lstm("x", "h", "c");
        cell.addWeights(graph, I);
        outputs(graph, cell.toString(), next).agrees().hasOnly(StepKind.LSTM, 1);
    }

    private static void isGru(WrittenOutCell cell, GraphProto.Builder graph) {
        String next = cell.gru("x", "h");
        cell.addWeights(graph, I);
        outputs(graph, cell.toString(), next).agrees().hasOnly(StepKind.GRU, 1);
    }

    @Test
    void lstm() {
        List<String> orders = List.of("ifgo", "igfo", "iofg", "fiog");
        for (int i = 0; i < 8; i++) {
            GraphProto.Builder graph = inputs(true);
            isLstm(cell(graph, orders.get(i % 4)).products(Products.values()[(i + i / 4) % 4]), graph);
            GraphProto.Builder other = inputs(true);
            isLstm(cell(other, "iofg").cut(Cut.values()[i % 3]).logistic(Logistic.values()[i % 4]), other);
        }
    }

    @Test
    void gru() {
        for (int i = 0; i < 10; i++) {
            GraphProto.Builder graph = inputs(false);
            isGru(cell(graph, "rzn").mix(Mix.values()[i % 5]).products(Products.values()[i % 4])
                    .linearBeforeReset(i < 5), graph);
        }
        for (Logistic logistic : Logistic.values()) {
            for (String gates : List.of("zrn", "nrz")) {
                GraphProto.Builder graph = inputs(false);
                isGru(cell(graph, gates).logistic(logistic).cut(Cut.SLICE), graph);
            }
        }
    }

    @Test
    void simple() {
        for (Products products : Products.values()) {
            for (String activation : List.of("Tanh", "Relu")) {
                GraphProto.Builder graph = inputs(false);
                WrittenOutCell cell = cell(graph, "h").products(products);
                String next = cell.rnn("x", "h", activation);
                cell.addWeights(graph, I);
                outputs(graph, activation + products, next).agrees().hasOnly(StepKind.RNN, 1);
            }
        }
    }

    private static String gate(WrittenOutCell cell, char letter, String activation) {
        String ofH = cell.op("Add", cell.op("MatMul", "h", "R" + letter), "b" + letter);
        return cell.op(activation, cell.op("Add", cell.op("MatMul", "x", "W" + letter), ofH));
    }

    /**
     * What is nearly an LSTM.
     *
     * @param activation of the candidate; an LSTM has Tanh
     * @param squashed whose tanh the output gate lets through; an LSTM has that of the new cell state
     * @param seen whether the forget gate is an output too
     */
    private static void isNoLstm(String activation, boolean squashed, boolean seen) {
        GraphProto.Builder graph = inputs(true);
        WrittenOutCell cell = cell(graph, "ifgo").products(Products.PER_GATE);
        String forget = gate(cell, 'f', "Sigmoid");
        String added = cell.op("Mul", gate(cell, 'i', "Sigmoid"), gate(cell, 'g', activation));
        String next = cell.op("Add", cell.op("Mul", forget, "c"), added);
        String h = cell.op("Mul", gate(cell, 'o', "Sigmoid"), cell.op("Tanh", squashed ? next : "c"));
        cell.addWeights(graph, I);
        String what = "nearly an LSTM: " + activation + squashed + seen;
        OnnxAgreement agreement = seen ? outputs(graph, what, h, next, forget) : outputs(graph, what, h, next);
        agreement.agrees().has(StepKind.LSTM, 0);
    }

    @Test
    void nearlyCells() {
        isNoLstm("Relu", true, false);
        isNoLstm("Sigmoid", true, false);
        isNoLstm("Tanh", false, false);
        isNoLstm("Tanh", true, true);
        // a GRU that keeps another state than the one its gates see
        GraphProto.Builder graph = inputs(true);
        WrittenOutCell cell = cell(graph, "zrn").products(Products.PER_GATE);
        String z = gate(cell, 'z', "Sigmoid");
        String own = cell.op("Add", cell.op("MatMul", "x", "Wn"), "bn");
        String recurrent = cell.op("Mul", gate(cell, 'r', "Sigmoid"), cell.op("MatMul", "h", "Rn"));
        String n = cell.op("Tanh", cell.op("Add", own, recurrent));
        String next = cell.op("Add", cell.op("Mul", cell.op("Sub", "one", z), n), cell.op("Mul", z, "c"));
        cell.addWeights(graph, I);
        outputs(graph, "nearly a GRU", next).agrees().has(StepKind.GRU, 0);
        // dense layers of two inputs are no simple cells
        GraphProto.Builder dense = inputs(false);
        WrittenOutCell layer = cell(dense, "h").products(Products.MATMULS);
        String hidden = layer.op("Neg", layer.rnn("x", "h", "Tanh"));
        layer.addWeights(dense, I);
        outputs(dense, "a dense layer", hidden).agrees().has(StepKind.RNN, 0);
    }
}
