package dev.lanewise.testing;

import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.proto.DimProto;
import dev.lanewise.formats.proto.GoldenInputProto;
import dev.lanewise.formats.proto.ModelProto;
import dev.lanewise.formats.proto.PortProto;
import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.Goldens;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.runtime.plan.Extents;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/**
 * Proves that a model gives the same bits with scalar kernels and with the best of this JVM: both run
 * side by side on the same inputs, several streams of several runs each, and outputs and states are
 * compared byte by byte.
 *
 * <pre>{@code
 * TwinCheck.of(Path.of("model.lane")).check();
 * }</pre>
 *
 * Inputs are generated: lengths at random between 1 (or their minimum) and 40, floats between -1 and 1,
 * integers from 0 to {@link #limit} - 1. Where a model needs more sensible ones, give {@link #inputs}.
 */
public final class TwinCheck {

    /** Sets the inputs of a session, the same for the same numbers. */
    @FunctionalInterface
    public interface Inputs {

        /**
         * @param stream counts states, each new
         * @param run counts runs within a stream; lengths that the state shares must stay as they are
         */
        void set(Session session, int stream, int run);
    }

    private static final int LONGEST = 40;

    private final ModelFile file;
    private int streams = 4;
    private int runs = 3;
    private int limit = 2;
    private long seed = 1;
    private Inputs inputs = this::generate;

    private TwinCheck(ModelFile file) {
        this.file = file;
    }

    /** A check of a file. */
    public static TwinCheck of(Path file) throws IOException {
        return of(ModelFile.read(file));
    }

    public static TwinCheck of(ModelFile file) {
        return new TwinCheck(file);
    }

    /** How many streams, each from a new state; 4 unless set. */
    public TwinCheck streams(int count) {
        streams = count;
        return this;
    }

    /** How many runs each stream has; 3 unless set. It ends before where a state reaches its bound. */
    public TwinCheck runs(int count) {
        runs = count;
        return this;
    }

    /** Generated integers are below this; 2 unless set, so that they are valid indices. */
    public TwinCheck limit(int below) {
        limit = below;
        return this;
    }

    public TwinCheck seed(long newSeed) {
        seed = newSeed;
        return this;
    }

    /** Sets inputs instead of generating them. */
    public TwinCheck inputs(Inputs newInputs) {
        inputs = newInputs;
        return this;
    }

    /**
     * Runs the check.
     *
     * @return the kernels that were compared with the scalar ones; {@code scalar} on a JVM that has no
     *     others, where the check proves nothing
     * @throws AssertionError at the first element that differs, or where the model does not run at all
     */
    public String check() {
        Session scalar = session(LoadOptions.Start.SCALAR);
        Session best = session(LoadOptions.Start.BEST_COLD);
        for (int stream = 0; stream < streams; stream++) {
            scalar.bind(scalar.model().newState());
            best.bind(best.model().newState());
            for (int run = 0; run < runs; run++) {
                inputs.set(scalar, stream, run);
                inputs.set(best, stream, run);
                String where = "stream " + stream + ", run " + run;
                LanewiseException failed = run(scalar);
                LanewiseException failedToo = run(best);
                if (failed != null || failedToo != null) {
                    if (run > 0 && failed instanceof ShapeException && failedToo instanceof ShapeException) {
                        break; // a state has reached its bound
                    }
                    throw new AssertionError(file.name() + ", " + where + ": does not run: "
                            + (failed != null ? failed : failedToo).getMessage(), failed != null ? failed : failedToo);
                }
                compare(scalar, best, where);
            }
        }
        return best.kernels();
    }

    private Session session(LoadOptions.Start start) {
        return Model.of(file, LoadOptions.defaults().start(start)).newSession();
    }

    private static LanewiseException run(Session session) {
        try {
            session.run();
            return null;
        } catch (LanewiseException e) {
            return e;
        }
    }

    private void compare(Session scalar, Session best, String where) {
        for (int i = 0; i < scalar.outputs().size(); i++) {
            Tensor expected = scalar.outputs().get(i);
            Tensor found = best.outputs().get(i);
            if (!Arrays.equals(expected.shape(), found.shape())) {
                throw new AssertionError(file.name() + ", " + where + ": scalar kernels give " + expected + ", "
                        + best.kernels() + " " + found);
            }
            int at = Arrays.mismatch(Elements.encode(expected), Elements.encode(found));
            if (at >= 0) {
                int element = at / expected.type().bytes();
                throw new AssertionError(file.name() + ", " + where + ": output " + expected + ", element " + element
                        + " is " + Elements.get(expected, element) + " with scalar kernels and "
                        + Elements.get(found, element) + " with " + best.kernels());
            }
        }
        if (!Arrays.equals(scalar.state().toBytes(), best.state().toBytes())) {
            throw new AssertionError(file.name() + ", " + where + ": the states differ with scalar and "
                    + best.kernels() + " kernels");
        }
    }

    /** All inputs of a run from the seed; lengths are those of the stream. */
    private void generate(Session session, int stream, int run) {
        ModelProto model = file.message();
        ProgramProto program = model.getProgramsList().stream()
                .filter(p -> p.getName().equals("infer")).findFirst().orElseThrow();
        Extents definition = new Extents(file.name(), model);
        int[] extents = definition.atMost();
        Random random = new Random(seed * 31 + stream);
        for (int i = 0; i < extents.length; i++) {
            if (model.getDims(i).getKindCase() == DimProto.KindCase.SYMBOL) {
                int least = Math.min(definition.max(i), Math.max(definition.min(i), 1));
                int most = Math.min(definition.max(i), Math.max(least, LONGEST));
                extents[i] = least + random.nextInt(most - least + 1);
            }
        }
        definition.evaluate(extents);
        for (int i = 0; i < program.getInputsCount(); i++) {
            PortProto port = program.getInputs(i);
            GoldenInputProto.Builder input = GoldenInputProto.newBuilder()
                    .setSeed(seed + 1_000L * stream + 100L * run + i)
                    .setLimit(limit);
            for (int dim : model.getTensors(port.getTensor()).getDimsList()) {
                input.addExtents(extents[dim]);
            }
            Goldens.fill(session.input(port.getName()), input.build());
        }
    }
}
