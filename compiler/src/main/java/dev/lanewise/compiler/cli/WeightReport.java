package dev.lanewise.compiler.cli;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.data.DataFile;
import dev.lanewise.compiler.inspect.Sizes;
import dev.lanewise.compiler.weights.OutputError;
import dev.lanewise.compiler.weights.StoredWeight;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.proto.GoldenInputProto;
import dev.lanewise.runtime.Goldens;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** What small weights cost in accuracy, for people: weight by weight, and at the model's outputs. */
final class WeightReport {

    /** Calls on seeded inputs, one after another, so that errors can grow in what a model carries. */
    private static final int CALLS = 8;

    private WeightReport() {}

    /**
     * @param values of the inputs by name; seeded ones where there are none
     */
    static void print(Path in, CompileOptions options, Compiled compiled, Map<String, DataFile> values, PrintWriter out)
            throws IOException {
        for (StoredWeight weight : compiled.stored()) {
            out.printf(Locale.ROOT, "weight: %s (%s) %s as %s, %s of %s, rms error %.3f %%, largest %.3f %%%n",
                    weight.name(), weight.operation(), weight.shape(), weight.form(), Sizes.bytes(weight.bytes()),
                    Sizes.bytes(weight.plainBytes()), 100 * weight.rms(), 100 * weight.most());
        }
        if (compiled.stored().isEmpty()) {
            out.println("weights: all as f32");
            return;
        }
        ModelFile plain = Compiler.compile(in, options.weights("f32")).file();
        int calls = values.isEmpty() ? CALLS : 1;
        try {
            for (OutputError error : OutputError.measure(
                    plain, compiled.file(), (session, call) -> set(session, call, values), calls)) {
                out.println("output: " + error);
            }
        } catch (LanewiseException e) {
            out.println("output: no error measured, since the model cannot compute from "
                    + (values.isEmpty() ? "seeded inputs; give --input" : "these inputs") + ": " + e.getMessage());
        }
    }

    private static void set(Session session, int call, Map<String, DataFile> values) {
        for (int i = 0; i < session.inputs().size(); i++) {
            Tensor input = session.inputs().get(i);
            DataFile given = values.get(input.name());
            if (given != null) {
                Feed feed = Feed.of(session, input, given, false, 0);
                feed.shape(0);
                feed.fill(0);
            } else {
                Goldens.fill(input, seeded(input, 1_000L * call + i));
            }
        }
    }

    private static GoldenInputProto seeded(Tensor input, long seed) {
        GoldenInputProto.Builder golden = GoldenInputProto.newBuilder().setSeed(seed).setLimit(2);
        for (int extent : input.shape()) {
            golden.addExtents(extent);
        }
        return golden.build();
    }
}
