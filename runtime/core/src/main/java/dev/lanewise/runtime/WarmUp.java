package dev.lanewise.runtime;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.runtime.WarmUpReport.StepTime;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.PackedWeights;
import dev.lanewise.runtime.plan.Block;
import dev.lanewise.runtime.plan.Prepared;
import dev.lanewise.runtime.scalar.ScalarKernels;
import dev.lanewise.runtime.team.Team;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Runs a model's steps with the model's own shapes until the JVM has compiled the kernels, then times
 * each step against its scalar twin, and leaves to the twin what did not compile well. Works on arrays
 * of its own; ends by itself.
 *
 * <p>That kernels are compiled is seen by what they allocate: until then the vector API boxes. Neither runs
 * nor time tell it, since on a busy machine the compiler may be many seconds behind, and what it has compiled
 * halfway is faster than a twin that has hardly run.
 */
final class WarmUp {

    private static final Logger LOG = Logger.getLogger("dev.lanewise");

    /** C2 has compiled a kernel after about 7,000 calls. */
    private static final int RUNS = 12_000;

    /** After so long the steps are timed, whatever the number of runs; where they are slow yet, again. */
    private static final long ROUND_NANOS = 1_500_000_000L;

    /** A busy machine compiles late: only after so many rounds is a slow kernel left to its twin. */
    private static final int ROUNDS = 6;

    /** And only after so many does what allocates begin to work. */
    private static final int ALLOCATING_ROUNDS = 20;

    /** A vector step this many times slower than its twin did not compile well. */
    private static final double TOO_SLOW = 1.5;

    private static final int TIMED_RUNS = 9;

    private final Model model;
    private final Kernels kernels;
    private int runs;

    WarmUp(Model model, Kernels kernels) {
        this.model = model;
        this.kernels = kernels;
    }

    /** Warms, and gives the tier to change to. */
    Tier run() {
        Tier whole = new Tier(model.plan(), model.program(), kernels);
        long begin = System.nanoTime();
        long packed = 0;
        long bytes = 0;
        List<StepTime> times = List.of();
        String problem = "";
        try {
            Prepared fast = prepare(model, whole);
            packed = System.nanoTime() - begin;
            Prepared twin = prepare(model, new Tier(model.plan(), model.program(), ScalarKernels.INSTANCE));
            boolean hot = false;
            for (int round = 0; round < ALLOCATING_ROUNDS && !hot; round++) {
                // a small model is through with its runs before the compiler is through with the kernels
                repeat(fast, round == 0 ? RUNS : Integer.MAX_VALUE);
                times = time(fast, twin);
                bytes = bytes(fast.body()) - bytes(twin.body());
                hot = times.stream().anyMatch(StepTime::scalar) ? round >= ROUNDS - 1 : bytes <= 0;
            }
            if (bytes > 0) {
                LOG.warning(model.name() + ": " + kernels.name() + " kernels still allocate " + bytes
                        + " bytes in a run; they stop when the JVM has compiled them");
            }
        } catch (LanewiseException e) {
            // zeros may be no sensible input; the kernels then get hot in use
            LOG.log(Level.FINE, e, () -> model.name() + ": could not be warmed with inputs of zeros");
            problem = e.getMessage();
            times = List.of();
        } finally {
            model.plan().dropPacked(ScalarKernels.INSTANCE); // the twin's; sessions hold what they use
        }
        Set<Integer> slow = new TreeSet<>();
        for (StepTime time : times) {
            if (time.scalar()) {
                slow.add(time.number());
                LOG.warning(model.name() + ": step " + time.number() + " takes " + time.nanos() + " ns with "
                        + kernels.name() + " kernels and " + time.scalarNanos()
                        + " ns with scalar ones; it keeps the scalar kernel");
            }
        }
        WarmUpReport report = new WarmUpReport(kernels.name(), packed, System.nanoTime() - begin, runs,
                Math.max(0, bytes), problem, List.copyOf(times));
        LOG.fine(() -> model.name() + ": " + kernels.name() + " kernels are hot after "
                + report.nanos() / 1_000_000 + " ms");
        return new Tier(model.plan(), model.program(), kernels, Set.copyOf(slow), report);
    }

    /** A program's steps on memory of their own, inputs of zeros and states as at the beginning. */
    static Prepared prepare(Model model, Tier tier) {
        Prepared prepared = tier.prepare(Team.ALONE);
        State state = new State(model);
        for (DType.Storage storage : DType.Storage.values()) {
            prepared.memory().state(storage).share(state.buffer(storage));
        }
        WarmExtents.set(prepared);
        return prepared;
    }

    private void repeat(Prepared prepared, int most) {
        long begin = System.nanoTime();
        int count = 0;
        do {
            prepared.body().run();
        } while (++count < most && System.nanoTime() - begin < ROUND_NANOS);
        runs += count;
    }

    /** Of one run; measured twice, since the first measurement may load classes. */
    private long bytes(Block body) {
        long bytes = 0;
        for (int i = 0; i < 2; i++) {
            long before = kernels.allocatedBytes();
            body.run();
            bytes = kernels.allocatedBytes() - before;
        }
        return bytes;
    }

    /** Each step beside its twin. */
    private List<StepTime> time(Prepared fast, Prepared twin) {
        twin.body().run();
        int[] numbers = model.topLevelSteps();
        List<StepTime> times = new ArrayList<>();
        for (int i = 0; i < fast.body().size(); i++) {
            long vectorNanos = nanos(fast.body(), i);
            long scalarNanos = nanos(twin.body(), i);
            long packedBytes = 0;
            List<String> forms = new ArrayList<>();
            for (int number = numbers[i]; number < numbers[i + 1]; number++) {
                for (PackedWeights weights : model.plan().packedWeights(kernels, model.program(), number)) {
                    packedBytes += weights.bytes();
                    forms.add(weights.form());
                }
            }
            boolean scalar = vectorNanos > TOO_SLOW * scalarNanos + 2_000;
            times.add(new StepTime(numbers[i], vectorNanos, scalarNanos, scalar, packedBytes, forms));
        }
        return times;
    }

    /** The shortest of several runs, so that one interruption does not condemn a kernel. */
    private static long nanos(Block body, int step) {
        long shortest = Long.MAX_VALUE;
        for (int i = 0; i < TIMED_RUNS; i++) {
            long begin = System.nanoTime();
            body.step(step).run();
            shortest = Math.min(shortest, System.nanoTime() - begin);
        }
        return shortest;
    }
}
