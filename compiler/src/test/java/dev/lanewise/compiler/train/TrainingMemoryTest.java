package dev.lanewise.compiler.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.LoadOptions.Start;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.Dataset;
import dev.lanewise.runtime.train.FitOptions;
import dev.lanewise.runtime.train.Trainer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What training takes against what was planned. */
class TrainingMemoryTest {

    private static final int WIDTH = 700;
    private static final int BATCH = 64;

    private static Graph wide() {
        GraphBuilder graph = new GraphBuilder();
        Dim batch = Dim.symbol("B", 1, BATCH);
        Value value = graph.input("x", new ValueType(DType.F32, List.of(batch, Dim.of(WIDTH))));
        for (int i = 0; i < 4; i++) {
            value = graph.add("dense" + i, MatMul.PLAIN, value, SmallNetworks.weights("w" + i, WIDTH, WIDTH));
            value = graph.add("tanh" + i, Unary.of(UnaryFn.TANH), value);
        }
        graph.output("y", value);
        graph.output("loss", graph.add("loss", new Reduce(ReduceFn.SUM_SQUARE, List.of(0, 1), false), value));
        return graph.build();
    }

    @Test
    void theProcessGrowsByWhatIsPlanned() throws IOException {
        for (boolean accumulated : new boolean[] {false, true}) {
            Model model = SmallNetworks.model(
                    wide(), TrainOptions.of("loss", Optimizer.adam()).accumulate(accumulated), Start.BEST_COLD);
            Map<String, Long> planned = model.trainingMemory();
            Dataset data = Dataset.arrays(BATCH).floats("x", new float[BATCH * WIDTH]);
            FitOptions options = FitOptions.of(1, Batching.of(BATCH)).validation(data).accumulate(accumulated ? 2 : 1);
            // what is loaded and compiled once is no part of it
            Trainer.of(SmallNetworks.model(SmallNetworks.layers(), TrainOptions.of("loss", Optimizer.adam())))
                    .fit(SmallNetworks.examples(20, 1), FitOptions.of(1, Batching.of(4)));
            long before = usedMemory();
            Trainer trainer = Trainer.of(model);
            trainer.fit(data, options);
            long grown = usedMemory() - before;
            long sum = planned.values().stream().mapToLong(Long::longValue).sum();
            long batches = 2L * 4 * BATCH * WIDTH; // ended with fit; counted once
            assertTrue(
                    Math.abs(grown - sum) <= sum / 10 + batches,
                    planned + ": " + sum + " planned, " + grown + " grown");
            assertEquals(4, trainer.parameters().size());
            assertTrue(planned.get("optimiser") >= 2L * 4 * 4 * WIDTH * WIDTH);
        }
    }

    /** What is not differentiated keeps no tape. */
    @Test
    void frozenRecurrentLayersKeepNoTape() {
        NetworkBuilder net = WholeNetworks.characters(4, 30, 24);
        Network network = net.build();
        for (String frozen : new String[] {"", "embedding.*|lstm.*"}) {
            TrainOptions options = TrainOptions.of("loss", Optimizer.adam()).freeze(frozen);
            Compiled compiled = Compiler.compile("net", network, CompileOptions.defaults().training(options));
            long tapes = compiled.file().message().getProgramsList().stream()
                    .filter(program -> program.getName().equals("train"))
                    .flatMap(program -> program.getBody().getStepsList().stream())
                    .filter(step -> step.getKind() == StepKind.RECURRENT_FORWARD).count();
            assertEquals(frozen.isEmpty() ? 2 : 1, tapes);
        }
    }

    private static long usedMemory() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            least = Math.min(least, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return least;
    }
}
