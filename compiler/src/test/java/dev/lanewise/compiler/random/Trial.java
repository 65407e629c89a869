package dev.lanewise.compiler.random;

import ai.onnxruntime.OrtException;
import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.model.OnnxRuntime;
import dev.lanewise.compiler.onnx.OnnxImporter;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.runtime.LoadOptions.Start;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Runs one random graph everywhere: compiled once and run in all its runs' shapes by one session on scalar and by one
 * on vector kernels, in ONNX Runtime, and in double precision.
 */
final class Trial {

    private final RandomGraph graph;
    private final byte[] bytes;

    private Trial(RandomGraph graph) {
        this.graph = graph;
        this.bytes = graph.bytes();
    }

    static Outcome of(RandomGraph graph) {
        try {
            return new Trial(graph).run();
        } catch (RuntimeException | Error e) {
            StackTraceElement[] trace = e.getStackTrace();
            return new Outcome(Outcome.Kind.BREAKS, e + (trace.length > 0 ? " at " + trace[0] : ""));
        }
    }

    /** Symbols are bounded by their largest value and some room, less for some. */
    static CompileOptions options(RandomGraph graph) {
        CompileOptions options = CompileOptions.defaults().autoState(false);
        for (Map.Entry<Extent, String> symbol : graph.symbols().entrySet()) {
            Extent extent = symbol.getKey();
            options = options.dim(symbol.getValue(), extent.min(), extent.max() + graph.seed() % 4);
        }
        return options;
    }

    /** With every operation that rounds, so that noise reaches what is constant; not all can be read so. */
    private Graph imported() {
        try {
            return OnnxImporter.readNamed("random", bytes, null, options(graph), Folding.onlyExact()).graph();
        } catch (LanewiseException e) {
            return OnnxImporter.read("random", bytes, null, options(graph));
        }
    }

    private Outcome run() {
        OnnxRuntime runtime = null;
        String unwilling = null;
        try {
            runtime = OnnxRuntime.literal(bytes);
        } catch (OrtException e) {
            unwilling = e.getMessage();
        }
        try (OnnxRuntime other = runtime) {
            return run(other, unwilling);
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    private Outcome run(OnnxRuntime runtime, String unwilling) {
        Graph imported;
        Lanes scalar;
        Lanes vector;
        try {
            imported = imported();
            ModelFile file = Compiler.compile("random", bytes, null, options(graph)).file();
            scalar = new Lanes(ModelFile.read("random.lane", file.toBytes()), Start.SCALAR);
            vector = new Lanes(file, Start.BEST_COLD);
        } catch (LanewiseException e) {
            return refused(e, unwilling);
        }
        Reference reference = new Reference(imported);
        String refused = unwilling;
        for (int i = 0; i < Extent.RUNS; i++) {
            int run = i;
            Map<String, Literal> data = graph.data(run);
            Map<String, Literal> expected = null;
            if (runtime != null) {
                try {
                    expected = runtime.run(data);
                } catch (OrtException e) {
                    refused = e.getMessage();
                }
            }
            Map<String, Literal> found;
            try {
                found = scalar.run(data);
            } catch (LanewiseException e) {
                return refused(e, expected == null ? refused : null);
            }
            String twins = Closeness.differentBits(found, vector.run(data));
            if (twins != null) {
                return new Outcome(Outcome.Kind.TWINS_DIFFER, "run " + run + ": " + twins);
            }
            Map<String, Literal> exact = reference.exact(data, graph.symbols(run));
            String apart = Closeness.TO_REFERENCE.difference(exact, found, exact, expected,
                    noisy(reference, data, run, Closeness.TO_REFERENCE.noise()));
            if (apart != null) {
                return new Outcome(Outcome.Kind.DIFFERS_FROM_REFERENCE, "run " + run + ": " + apart);
            }
            apart = expected == null ? null : Closeness.TO_ONNX_RUNTIME.difference(expected, found, exact, null,
                    noisy(reference, data, run, Closeness.TO_ONNX_RUNTIME.noise()));
            if (apart != null) {
                apart = Closeness.TO_ONNX_RUNTIME.difference(oneByOne(data, expected), found, exact, null,
                        noisy(reference, data, run, Closeness.TO_ONNX_RUNTIME.noise()));
            }
            if (apart != null) {
                return new Outcome(Outcome.Kind.DIFFERS_FROM_ONNX_RUNTIME, "run " + run + ": " + apart);
            }
        }
        return refused == null
                ? new Outcome(Outcome.Kind.AGREES, "")
                : new Outcome(Outcome.Kind.AGREES_ALONE, refused);
    }

    /**
     * What ONNX Runtime says when it is asked for each output alone: about one graph in 5000 it computes otherwise
     * among many, when it has given an operand's memory away too early.
     */
    private Map<String, Literal> oneByOne(Map<String, Literal> data, Map<String, Literal> together) {
        Map<String, Literal> outputs = new LinkedHashMap<>(together);
        outputs.replaceAll((output, value) -> {
            RandomGraph alone = graph.with(graph.nodes(), graph.inputs(), List.of(output));
            Map<String, Literal> needed = new HashMap<>(data);
            needed.keySet().retainAll(alone.inputs());
            try (OnnxRuntime again = OnnxRuntime.literal(alone.bytes())) {
                return again.run(needed).get(output);
            } catch (OrtException e) {
                return value;
            }
        });
        return outputs;
    }

    private IntFunction<Map<String, Literal>> noisy(
            Reference reference, Map<String, Literal> data, int run, Noise noise) {
        return seed -> reference.noisy(data, graph.symbols(run), noise, seed);
    }

    private static Outcome refused(LanewiseException e, String unwilling) {
        return new Outcome(unwilling == null ? Outcome.Kind.REFUSED : Outcome.Kind.REFUSED_BY_BOTH, e.getMessage());
    }
}
