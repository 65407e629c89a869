package dev.lanewise.compiler;

import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.onnx.OnnxImporter;
import dev.lanewise.compiler.onnx.OnnxModel;
import dev.lanewise.compiler.pass.Passes;
import dev.lanewise.compiler.pass.SmallWeights;
import dev.lanewise.compiler.plan.Emitter;
import dev.lanewise.compiler.stream.Streaming;
import dev.lanewise.compiler.train.AddedLoss;
import dev.lanewise.compiler.train.RecomputeCost;
import dev.lanewise.compiler.train.TrainingGraphs;
import dev.lanewise.compiler.weights.ChosenForms;
import dev.lanewise.formats.CompileException;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.proto.MetadataProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** From a trained model to a model file: importer, passes, lowering, memory plan. Stateless. */
public final class Compiler {

    private static final long LARGEST_FILE = Integer.MAX_VALUE - 64;

    private Compiler() {}

    /**
     * Compiles a model file; the format follows from its content.
     *
     * @throws FormatException where the file is damaged
     * @throws CompileException with all that is not supported or does not fit
     */
    public static Compiled compile(Path file, CompileOptions options) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString(), null, "no such model file");
        }
        if (Files.size(file) > LARGEST_FILE) {
            throw new FormatException(file.toString(), "", "larger than 2 GiB; move its weights to external data");
        }
        return compile(file.toString(), Files.readAllBytes(file), file.toAbsolutePath().getParent(), options);
    }

    /**
     * Compiles a model in memory.
     *
     * @param folder where external data lies, or {@code null}
     */
    public static Compiled compile(String name, byte[] bytes, Path folder, CompileOptions options) {
        OnnxModel model = OnnxImporter.readNamed(name, bytes, folder, options);
        return compile(name, model.graph(), null, options, model.notes());
    }

    /** Compiles a graph. */
    public static Compiled compile(String name, Graph graph, CompileOptions options) {
        return compile(name, graph, null, options, List.of());
    }

    /** Compiles a network made in Java: what infers, and where options say so what trains its parameters. */
    public static Compiled compile(String name, Network network, CompileOptions options) {
        if (options.training() == null) {
            return compile(name, network.inference(), options);
        }
        Set<Literal> parameters = Collections.newSetFromMap(new IdentityHashMap<>());
        parameters.addAll(network.parameters().values());
        return compile(name, network.graph(), parameters, options, List.of());
    }

    /**
     * @param parameters constants that training changes; {@code null} for those that the graph has for weights
     */
    private static Compiled compile(
            String name, Graph graph, Set<Literal> parameters, CompileOptions options, List<String> imported) {
        List<String> notes = new ArrayList<>(imported);
        try {
            if (options.training() != null) {
                return compileTrainable(name, graph, parameters, options, notes);
            }
            ChosenForms forms = new ChosenForms(options.weights());
            Graph ready = SmallWeights.apply(Passes.run(graph, options, notes), forms);
            Emitter.Emitted emitted = new Emitter().add(Emitter.INFER, ready).emit(name, options.debug());
            ModelFile file = withStreams(emitted.file(), notes);
            return new Compiled(GoldenVectors.addTo(file, options.goldens()), ready, notes,
                    emitted.lowerBound(), emitted.requests(), forms.stored());
        } catch (CompileException e) {
            throw e;
        } catch (LanewiseException e) {
            throw new CompileException(name, List.of(e));
        }
    }

    /** Weights keep the form in which training changes them. */
    private static Compiled compileTrainable(
            String name, Graph graph, Set<Literal> parameters, CompileOptions options, List<String> notes) {
        AddedLoss added = options.training().added();
        Graph whole = added == null ? graph : added.to(graph);
        Graph ready = parameters == null
                ? Passes.plain(whole, options, notes)
                : Passes.withOwnWeights(whole, options, notes);
        TrainingGraphs graphs = TrainingGraphs.of(ready, parameters, options.training().recompute(false));
        RecomputeCost cost = null;
        if (options.training().recompute()) {
            TrainingGraphs again = TrainingGraphs.of(ready, parameters, options.training());
            cost = RecomputeCost.of(graphs, again);
            graphs = cost.saves() ? again : graphs;
        }
        Graph infer = Passes.onTrainedWeights(graphs.infer());
        Emitter emitter = new Emitter()
                .add(Emitter.INFER, infer)
                .add(Emitter.EVALUATE, Passes.training(graphs.evaluate()), graphs.initials())
                .add(Emitter.TRAIN, Passes.training(graphs.train()), graphs.initials());
        if (graphs.update() != null) {
            emitter.add(Emitter.UPDATE, Passes.training(graphs.update()), graphs.initials());
        }
        Emitter.Emitted emitted = emitter.emit(name, options.debug());
        ModelFile file = cost == null ? emitted.file() : with(emitted.file(), RecomputeCost.KEY, cost.toString());
        return new Compiled(
                GoldenVectors.addTo(file, options.goldens()), infer, notes, emitted.lowerBound(),
                emitted.requests(), List.of());
    }

    /** The file with the delays of its streams and what they carry, for people who inspect it. */
    private static ModelFile withStreams(ModelFile file, List<String> notes) {
        String streams = notes.stream()
                .filter(note -> note.startsWith(Streaming.NOTE))
                .map(note -> note.substring(Streaming.NOTE.length()))
                .collect(Collectors.joining("\n"));
        if (streams.isEmpty()) {
            return file;
        }
        return with(file, "stream", streams);
    }

    private static ModelFile with(ModelFile file, String key, String text) {
        MetadataProto.Builder entry = MetadataProto.newBuilder().setKey(key).setValue(text);
        return ModelFile.complete(
                file.name(), file.message().toBuilder().addMetadata(entry).build());
    }
}
