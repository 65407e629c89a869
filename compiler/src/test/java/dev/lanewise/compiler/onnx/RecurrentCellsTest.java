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

/** One step of a cell that an exporter has taken apart is one step of the plan, and computes what it did. */
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
        for (String gates : List.of("ifgo", "igfo", "iofg", "fiog")) {
            for (Products products : Products.values()) {
                GraphProto.Builder graph = inputs(true);
                isLstm(cell(graph, gates).products(products), graph);
            }
        }
        for (Logistic logistic : Logistic.values()) {
            for (Cut cut : Cut.values()) {
                GraphProto.Builder graph = inputs(true);
                isLstm(cell(graph, "iofg").cut(cut).logistic(logistic), graph);
            }
        }
    }

    @Test
    void gru() {
        for (Mix mix : Mix.values()) {
            for (Products products : Products.values()) {
                for (boolean linear : new boolean[] {false, true}) {
                    GraphProto.Builder graph = inputs(false);
                    isGru(cell(graph, "rzn").mix(mix).products(products).linearBeforeReset(linear), graph);
                }
            }
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
}
