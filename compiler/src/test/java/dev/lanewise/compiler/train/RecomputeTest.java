package dev.lanewise.compiler.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.inspect.Sizes;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.LoadOptions.Start;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Activations that are computed anew give the same weights, to the bit, with less memory. */
class RecomputeTest {

    private static final int STEPS = 3;
    private static final String PART = "activations, tape and gradients";

    private static void sameWeightsInLessMemory(NetworkBuilder net, double most) {
        TrainOptions options = TrainOptions.of("loss", Optimizer.adam()).clipNorm(1);
        Network network = net.build();
        Session keeping = session(Compiler.compile("net", network, CompileOptions.defaults().training(options)));
        Compiled compiled =
                Compiler.compile("net", network, CompileOptions.defaults().training(options.recompute(true)));
        Session recomputing = session(compiled);
        Random first = new Random(1);
        Random second = new Random(1);
        for (int i = 0; i < STEPS; i++) {
            step(keeping, first);
            step(recomputing, second);
            assertEquals(keeping.output("loss").get(0), recomputing.output("loss").get(0), "the loss of step " + i);
        }
        for (String name : keeping.model().stateNames()) {
            if (!name.startsWith("train/")) {
                assertArrayEquals(values(keeping, name), values(recomputing, name), name);
            }
        }
        long kept = keeping.model().trainingMemory().get(PART);
        long now = recomputing.model().trainingMemory().get(PART);
        assertTrue(now < most * kept, now + " bytes instead of " + kept);
        assertTrue(recomputing.multiplyAdds() > keeping.multiplyAdds(), "is there nothing computed anew?");
        assertEquals(
                cost(compiled), "recomputing: " + Sizes.bytes(now) + " for " + PART
                        + " instead of " + Sizes.bytes(kept) + ", for "
                        + Sizes.count(
                                (recomputing.multiplyAdds() - keeping.multiplyAdds()) / STEPS));
    }

    /** What the file says, up to the multiply-adds that it says there are more. */
    private static String cost(Compiled compiled) {
        String line = Model.of(compiled.file(), LoadOptions.defaults().start(Start.SCALAR))
                .metadata().get(RecomputeCost.KEY);
        return line.substring(0, line.indexOf(" multiply-adds more"));
    }

    private static void step(Session session, Random random) {
        session.input("learning_rate").set(1e-3f);
        WholeNetworks.feed(WholeNetworks.inputs(session), random);
        session.run();
    }

    private static float[] values(Session session, String state) {
        float[] values = new float[session.state().elements(state)];
        session.state().read(state, values);
        return values;
    }

    private static Session session(Compiled compiled) {
        return Model.of(ModelFile.read("net.lane", compiled.file().toBytes()),
                LoadOptions.defaults().start(Start.BEST_COLD)).program("train").newSession();
    }

    /** Where one activation takes most of the memory, there is nothing to save, and nothing is computed twice. */
    @Test
    void savesNothing() {
        TrainOptions options = TrainOptions.of("loss", Optimizer.adam()).recompute(true);
        Compiled compiled =
                Compiler.compile("net", SmallNetworks.layers(), CompileOptions.defaults().training(options));
        assertEquals(
                "recomputing would save nothing: activations are kept",
                session(compiled).model().metadata().get(RecomputeCost.KEY));
    }

    @Test
    void convolutions() {
        sameWeightsInLessMemory(WholeNetworks.convolutions(4, 5), 0.9);
    }

    @Test
    void encoder() {
        // of a small batch the scratch of attention's kernels would be a tenth of all
        sameWeightsInLessMemory(WholeNetworks.encoder(16), 0.7);
    }

    @Test
    void recurrentLayers() {
        sameWeightsInLessMemory(WholeNetworks.characters(4, 30, 24), 0.9);
    }
}
