package dev.lanewise.compiler.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.runtime.Lanewise;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.LoadOptions.Start;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.testing.AllocationProbe;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Steps of training of whole networks allocate nothing, from soon after the program was loaded: kernels that a step
 * calls but once, as for a last layer of two classes, are compiled by then too.
 */
@Tag("allocation")
class TrainingAllocationTest {

    /** Would a kernel be left to get hot by itself, it took thousands of steps and minutes. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Scalar kernels take a minute for 300 steps of 16, and do nothing else with them than with 2. */
    private static final int BATCH = Lanewise.backend().lanes() == 1 ? 2 : 16;

    private static void allocatesNothing(NetworkBuilder net, String frozen) {
        TrainOptions options = TrainOptions.of("loss", Optimizer.adam()).freeze(frozen);
        byte[] bytes = Compiler.compile("net", net.build(), CompileOptions.defaults().training(options).debug(false))
                .file().toBytes();
        Model model = Model.of(
                ModelFile.read("net.lane", bytes), LoadOptions.defaults().start(Start.WAIT_UNTIL_HOT));
        Session train = model.program("train").newSession();
        train.input("learning_rate").set(1e-3f);
        Random random = new Random(5);
        Tensor[] inputs = WholeNetworks.inputs(train);
        AllocationProbe.assertAllocatesNothing(() -> {
            WholeNetworks.feed(inputs, random);
            train.run();
        }, PATIENCE);
        float loss = train.output("loss").get(0);
        assertTrue(loss - loss == 0, "loss " + loss);
    }

    @Test
    void convolutions() {
        allocatesNothing(WholeNetworks.convolutions(4, 1), ""); // an image after the other, however many there are
        allocatesNothing(WholeNetworks.convolutions(1, 1), "wide.*|deep.*");
    }

    @Test
    void encoders() {
        allocatesNothing(WholeNetworks.encoder(BATCH), "");
        allocatesNothing(WholeNetworks.encoder(1), "embedding.*|encoder\\.0\\..*");
    }

    @Test
    void recurrentNetworks() {
        allocatesNothing(WholeNetworks.characters(BATCH, 20, 96), "");
        allocatesNothing(WholeNetworks.characters(BATCH, 20, 160), "");
    }
}
