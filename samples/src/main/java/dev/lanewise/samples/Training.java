package dev.lanewise.samples;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.train.Optimizer;
import dev.lanewise.compiler.train.TrainOptions;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntFunction;

/** Trains a network on batches that are made as they are needed, and compiles what came out. */
final class Training {

    /** Hears the loss of each step. */
    interface Listener {
        void step(int step, double loss);
    }

    private static final double CLIP = 1;
    private static final double WARM_UP = 0.05;

    private final String name;
    private final Network network;
    private final Session session;

    private Training(String name, Network network) {
        this.name = name;
        this.network = network;
        this.session = session(network);
    }

    /** By Adam, gradients clipped to a norm of 1. */
    static Training of(String name, Network network) {
        return new Training(name, network);
    }

    /**
     * The program that trains, for one step at a time; its outputs include the norms of hidden states' gradients. A
     * rate of 0 changes nothing.
     */
    static Session session(Network network) {
        TrainOptions options = TrainOptions.of("loss", Optimizer.adam()).clipNorm(CLIP).stepNorms(true);
        CompileOptions compile = CompileOptions.defaults().training(options);
        return Model.of(Compiler.compile("training", network, compile).file(), LoadOptions.defaults())
                .program("train").newSession();
    }

    /** Takes so many steps: the rate rises for the first twentieth of them, then falls as a cosine does. */
    void fit(Setting setting, int steps, double rate, IntFunction<Labelled> batches, Listener listener) {
        try (Progress progress = new Progress(setting.out(), name, steps)) {
            for (int step = 0; step < steps; step++) {
                double part = (double) step / steps;
                double height = part < WARM_UP ? part / WARM_UP : (1 + Math.cos(Math.PI * part)) / 2;
                batches.apply(step).feed(session);
                session.input("learning_rate").set((float) (rate * height));
                session.run();
                double loss = session.output("loss").get(0);
                listener.step(step, loss);
                progress.at(step + 1, loss);
            }
        }
    }

    /** The network with the weights as they are now. */
    Network trained() {
        Map<String, Literal> weights = new LinkedHashMap<>();
        network.parameters().forEach((weight, before) -> {
            float[] values = new float[before.size()];
            session.state().read(weight, values);
            weights.put(weight, Literal.of(values, before.shape()));
        });
        return network.with(weights);
    }

    /** Compiles what came out to {@code NAME.lane} and loads it from there. */
    Model compiled(Setting setting) throws IOException {
        Path file = setting.folder().resolve(name + ".lane");
        Files.createDirectories(setting.folder());
        Compiler.compile(name, trained(), CompileOptions.defaults()).file().write(file);
        return Model.load(file);
    }
}
