package dev.lanewise.runtime.train;

import java.util.concurrent.CountDownLatch;

/** While training goes on, has the end of the process (Ctrl-C) wait until it has stopped cleanly. */
final class Interruption implements AutoCloseable {

    private final Thread hook;
    private final CountDownLatch stopped = new CountDownLatch(1);

    private Interruption(Trainer trainer) {
        hook = new Thread(() -> stop(trainer), "lanewise-stop-training");
    }

    /** Does nothing where {@code wanted} is false. */
    static Interruption during(Trainer trainer, boolean wanted) {
        Interruption interruption = new Interruption(trainer);
        if (wanted) {
            Runtime.getRuntime().addShutdownHook(interruption.hook);
        }
        return interruption;
    }

    private void stop(Trainer trainer) {
        trainer.stop();
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stopped.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the process is ending
        }
    }
}
