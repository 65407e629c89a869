package dev.lanewise.compiler.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.train.Accuracy;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.BleuMetric;
import dev.lanewise.runtime.train.Dataset;
import dev.lanewise.runtime.train.F1;
import dev.lanewise.runtime.train.Perplexity;
import dev.lanewise.runtime.train.Trainer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Figures that can be worked out by hand, over batches of different sizes. */
class MetricsTest {

    /** Scores [B, 3] and ids [B, 4] come out as they went in; the loss is the mean of nll [B, 1]. */
    private static Graph echo() {
        GraphBuilder graph = new GraphBuilder();
        Dim batch = Dim.symbol("B", 1, 3);
        Value scores = graph.input("scores", new ValueType(DType.F32, List.of(batch, Dim.of(3))));
        Value ids = graph.input("ids", new ValueType(DType.I32, List.of(batch, Dim.of(4))));
        Value nll = graph.input("nll", new ValueType(DType.F32, List.of(batch, Dim.ONE)));
        Value labels = graph.input("labels", new ValueType(DType.I32, List.of(batch)));
        Value reference = graph.input("reference", new ValueType(DType.I32, List.of(batch, Dim.of(4))));
        graph.output("y", graph.add("y", new Unary(UnaryFn.AFFINE, 1, 0), scores));
        graph.output("found", graph.add("found", Cast.to(DType.I64), ids));
        graph.output("labelsOut", graph.add("labelsOut", Cast.to(DType.F32), labels));
        graph.output("referenceOut", graph.add("referenceOut", Cast.to(DType.F32), reference));
        Value halves = graph.add(
                "halves", MatMul.PLAIN, nll, Value.constant("w", Literal.of(new float[] {0.5f, 0.5f}, 1, 2)));
        graph.output("loss", SmallNetworks.mean(graph, new Reduce(ReduceFn.SUM, List.of(0, 1), false), halves, batch));
        return graph.build();
    }

    @Test
    void areWhatTheirDefinitionsSay() {
        // predicted 0 1 1 1 0, and one that is ignored
        float[] scores = {3, 1, 2, 0, 5, 1, -2, -1, -3, 1, 2, 1.5f, 9, 1, 2, 9, 1, 2};
        int[] labels = {0, 0, 1, 1, 2, -1};
        float[] nll = {1, 2, 3, 4, 5, 100};
        int[] ids = {7, 8, 9, 4, 7, 8, 0, 9, 7, 8, 9, 4, 1, 2, 3, 4, 0, 5, 6, 7, 7, 7, 7, 7};
        Dataset data = Dataset.arrays(6).floats("scores", scores).ints("labels", labels).floats("nll", nll)
                .ints("ids", ids).ints("reference", ids.clone());
        Trainer trainer = Trainer.of(SmallNetworks.model(echo(), TrainOptions.of("loss", Optimizer.sgd())));
        Batching batching = Batching.of(3).inOrder().labels("labels", 3, -1);
        assertEquals(0.6, trainer.evaluate(data, batching, Accuracy.of("y", "labels")).get("accuracy"), 1e-9);
        assertEquals(
                (0.5 + 0.8 + 0) / 3, trainer.evaluate(data, batching, F1.macro("y", "labels", 3)).get("f1"), 1e-9);
        assertEquals(0.8, trainer.evaluate(data, batching, F1.of("y", "labels", 3, 1)).get("f1"), 1e-9);
        // the last batch is 4 5 100, of whose mean loss two count
        double mean = (3 * (1 + 2 + 3) / 3.0 + 2 * (4 + 5 + 100) / 3.0) / 5;
        assertEquals(
                Math.exp(mean), trainer.evaluate(data, batching, Perplexity.of("loss", "labels")).get("perplexity"),
                1e-4 * Math.exp(mean));
        Map<String, Double> bleu = trainer.evaluate(data, batching, new BleuMetric("found", "reference", 0));
        assertEquals(100, bleu.get("bleu"), 1e-9);
        assertEquals((1 + 2 + 3 + 4 + 5 + 100) / 6.0, bleu.get("loss"), 1e-5);
    }
}
