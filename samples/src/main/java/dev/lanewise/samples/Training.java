package dev.lanewise.samples;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.train.Optimizer;
import dev.lanewise.compiler.train.TrainOptions;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.LoadOptions.Start;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** How samples compile networks to be trained, and what they do with what came out. */
public final class Training {

    /** The best kernels from the first step on: a sample is a batch job. */
    private static final LoadOptions LOAD = LoadOptions.defaults().start(Start.BEST_COLD);

    private Training() {}

    /** Adam, gradients clipped to a norm of 1; besides, the norms of hidden states' gradients by step. */
    public static Model model(String name, Network network) {
        return model(name, network, TrainOptions.of("loss", Optimizer.adam()).clipNorm(1).stepNorms(true));
    }

    /** A trainer by AdamW, gradients clipped to a norm of 1. */
    public static Trainer adamW(String name, Network network) {
        return Trainer.of(model(name, network, TrainOptions.of("loss", Optimizer.adamW()).clipNorm(1)));
    }

    /** To be trained in a way of its own. */
    public static Model model(String name, Network network, TrainOptions options) {
        return of(name, network, CompileOptions.defaults().training(options));
    }

    /** What only infers. */
    public static Model inference(String name, Network network) {
        return of(name, network, CompileOptions.defaults());
    }

    /** Compiles what is to be used, writes it to {@code NAME.lane}, and loads it from there. */
    public static Model saved(Setting setting, String name, Network network, CompileOptions options)
            throws IOException {
        Path file = setting.folder().resolve(name + ".lane");
        Files.createDirectories(setting.folder());
        Compiler.compile(name, network, options).file().write(file);
        return Model.load(file, LOAD);
    }

    private static Model of(String name, Network network, CompileOptions options) {
        ModelFile file = Compiler.compile(name, network, options).file();
        return Model.of(file, LOAD);
    }

    /** Writes what was trained to {@code NAME.lane}, and loads it from there. */
    public static Model saved(Setting setting, Trainer trainer) throws IOException {
        Path file = setting.folder().resolve(trainer.model().name() + ".lane");
        Files.createDirectories(setting.folder());
        trainer.save(file);
        return Model.load(file, LOAD);
    }

    /** How many numbers are trained. */
    public static int weights(Network network) {
        return network.parameters().values().stream().mapToInt(literal -> Literal.size(literal.shape())).sum();
    }

    /** Compiles what is to be used, writes it to {@code NAME.lane}, and loads it from there. */
    public static Model saved(Setting setting, String name, Network network) throws IOException {
        return saved(setting, name, network, CompileOptions.defaults());
    }

    /** The network with the weights, and the running statistics, that training has come to. */
    public static Network trained(Network network, Trainer trainer) {
        Map<String, Literal> weights = new LinkedHashMap<>(network.parameters());
        weights.putAll(network.fixed());
        weights.keySet().retainAll(trainer.parameters());
        weights.replaceAll((name, before) -> Literal.of(trainer.weights(name), before.shape()));
        return network.with(weights);
    }
}
