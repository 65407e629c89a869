package dev.lanewise.runtime;

import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.scalar.ScalarKernels;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The one daemon thread of a model that begins on scalar kernels: finds the best ones, warms them, has
 * the model change over, and ends. What takes long to load (service loader, logging, lambdas) is met
 * here and not on the way to the first result.
 */
final class TierUp extends Thread {

    /**
     * The first calls have the processors to themselves: what is loaded and compiled for the best kernels would
     * take them from what the scalar ones need now, and a call that is put off waits for milliseconds.
     */
    private static final long HEAD_START_MILLIS = 300;

    private final Model model;

    TierUp(Model model) {
        super("lanewise-warm-up");
        this.model = model;
        setDaemon(true);
    }

    @Override
    public void run() {
        try {
            Thread.sleep(HEAD_START_MILLIS);
            Kernels best = Lanewise.kernels();
            if (best != ScalarKernels.INSTANCE) {
                model.changeTier(new WarmUp(model, best).run());
                model.dropPacked(ScalarKernels.INSTANCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // stays on scalar kernels, as whoever interrupts it wants
        } catch (RuntimeException | LinkageError e) {
            Logger.getLogger("dev.lanewise")
                    .log(Level.WARNING, e, () -> model.name() + ": stays on scalar kernels");
        } finally {
            model.settle();
        }
    }
}
