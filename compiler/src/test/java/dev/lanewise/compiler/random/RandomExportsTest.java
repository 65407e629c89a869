package dev.lanewise.compiler.random;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OrtException;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.export.OnnxExporter;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.model.OnnxRuntime;
import dev.lanewise.compiler.onnx.OnnxImporter;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.runtime.LoadOptions.Start;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random graphs that are compiled and exported give in ONNX Runtime what they give here, in several shapes each; some
 * also optimised. Not many: when ONNX Runtime joins products of no rows or columns with their bias, it makes models
 * that it refuses, or by which it crashes.
 */
@Tag("once")
class RandomExportsTest {

    private static final int FEW = 300;
    private static final int MANY = 6_000;

    @Test
    void someAgree() {
        agree(0, FEW, true);
    }

    @Test
    @Tag("full")
    void manyAgree() {
        agree(FEW, MANY, false);
    }

    private static void agree(long first, long end, boolean optimised) {
        AtomicInteger agreed = new AtomicInteger();
        List<String> failures = Collections.synchronizedList(new ArrayList<>());
        LongStream.range(first, end).parallel().forEach(seed -> {
            RandomGraph graph = Growth.grow(seed);
            try {
                agreed.addAndGet(agrees(graph, optimised) ? 1 : 0);
            } catch (OrtException | RuntimeException | AssertionError e) {
                failures.add("seed " + seed + ": " + e);
            }
        });
        System.out.println("random graphs " + first + " to " + end + " exported: " + agreed + " agree");
        assertEquals(List.of(), failures);
    }

    /** False where the graph is none that both can run. */
    private static boolean agrees(RandomGraph graph, boolean optimised) throws OrtException {
        ModelFile file;
        try (OnnxRuntime original = OnnxRuntime.literal(graph.bytes())) {
            file = Compiler.compile("random", graph.bytes(), null, Trial.options(graph)).file();
        } catch (OrtException | LanewiseException e) {
            return false;
        }
        byte[] exported = OnnxExporter.export(file).bytes();
        Lanes lanes = new Lanes(file, Start.SCALAR);
        Reference reference = new Reference(OnnxImporter.read("random", graph.bytes(), null, Trial.options(graph)));
        try (OnnxRuntime literal = OnnxRuntime.literal(exported);
                OnnxRuntime fast = optimised ? new OnnxRuntime(exported) : null) {
            for (int i = 0; i < Extent.RUNS; i++) {
                int run = i;
                Map<String, Literal> data = graph.data(run);
                Map<String, Literal> ours;
                try {
                    ours = lanes.run(data);
                } catch (LanewiseException e) {
                    return false;
                }
                Map<String, Literal> exact = reference.exact(data, graph.symbols(run));
                for (OnnxRuntime runtime : optimised ? List.of(literal, fast) : List.of(literal)) {
                    String apart = Closeness.TO_ONNX_RUNTIME.difference(runtime.run(data), ours, exact, null,
                            seed -> reference.noisy(
                                    data, graph.symbols(run), Closeness.TO_ONNX_RUNTIME.noise(), seed));
                    assertEquals(null, apart, "run " + run + (runtime == fast ? ", optimised" : ""));
                }
            }
        }
        return true;
    }
}
