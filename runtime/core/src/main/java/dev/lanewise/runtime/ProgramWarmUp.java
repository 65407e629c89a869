package dev.lanewise.runtime;

import dev.lanewise.formats.LanewiseException;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.plan.Block;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Runs a program whose runs take long, such as one that trains, step by step until the JVM has compiled the kernels.
 * What a run calls often is compiled by itself; a kernel that it calls once would be met by the compiler, and box its
 * vectors until then, only after 5,000 runs: so a step that allocates is repeated on the spot. On memory of its own.
 */
final class ProgramWarmUp {

    private static final Logger LOG = Logger.getLogger("dev.lanewise");

    /** What a step that allocates is repeated for before the next has its turn: the compiler works meanwhile. */
    private static final long STEP_NANOS = 100_000_000L;

    /** The compiler of a busy machine is late; after so long the kernels get hot in use. */
    private static final long MOST_NANOS = 60_000_000_000L;

    /** A kernel that is compiled may be thrown out once more, at a branch not taken until then. */
    private static final int CLEAN_RUNS = 3;

    private final Model model;
    private final Kernels kernels;

    ProgramWarmUp(Model model, Kernels kernels) {
        this.model = model;
        this.kernels = kernels;
    }

    void run() {
        long begin = System.nanoTime();
        try {
            Block body = WarmUp.prepare(model, new Tier(model.plan(), model.program(), kernels)).body();
            long bytes = 1;
            for (int clean = 0; clean < CLEAN_RUNS && System.nanoTime() - begin < MOST_NANOS; ) {
                bytes = runOnce(body);
                clean = bytes > 0 ? 0 : clean + 1;
            }
            if (bytes > 0) {
                LOG.warning(model.name() + ": " + kernels.name() + " kernels of the program '"
                        + model.program().getName() + "' still allocate " + bytes
                        + " bytes in a run; they stop when the JVM has compiled them");
            }
        } catch (LanewiseException e) {
            // zeros may be no sensible input; the kernels then get hot in use
            LOG.log(Level.FINE, e, () -> model.name() + ": could not be warmed with inputs of zeros");
        }
    }

    /** One run, in which steps that allocate are repeated; gives what they allocated at first. */
    private long runOnce(Block body) {
        long bytes = 0;
        for (int i = 0; i < body.size(); i++) {
            long ofStep = run(body, i);
            if (ofStep > 0) {
                bytes += ofStep;
                repeat(body, i);
            }
        }
        return bytes;
    }

    private void repeat(Block body, int step) {
        long begin = System.nanoTime();
        while (run(body, step) > 0 && System.nanoTime() - begin < STEP_NANOS) {
            // until it allocates nothing
        }
    }

    private long run(Block body, int step) {
        long before = kernels.allocatedBytes();
        body.runStep(step);
        return kernels.allocatedBytes() - before;
    }
}
