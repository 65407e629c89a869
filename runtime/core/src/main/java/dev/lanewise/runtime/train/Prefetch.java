package dev.lanewise.runtime.train;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Fills an epoch's batches on a second thread while training uses the one before. The thread is the only one that
 * fills, so that the order is the same as without it. Ends with the epoch, with the first bad example, or when closed.
 */
final class Prefetch implements AutoCloseable {

    private record Filled(Batch batch, RuntimeException failure) {}

    private final Batches batches;
    private final BlockingQueue<Batch> free = new LinkedBlockingQueue<>();
    private final BlockingQueue<Filled> filled = new LinkedBlockingQueue<>();
    private final Thread thread = new Thread(this::fill, "lanewise-prefetch");

    /**
     * Begins to fill the batches that follow.
     *
     * @param room to be filled in turn
     */
    Prefetch(Batches batches, List<Batch> room) {
        this.batches = batches;
        free.addAll(room);
        thread.setDaemon(true);
        thread.start();
    }

    private void fill() {
        try {
            Batch batch = free.take();
            while (batches.next(batch)) {
                filled.put(new Filled(batch, null));
                batch = free.take();
            }
            filled.put(new Filled(null, null));
        } catch (RuntimeException e) {
            filled.add(new Filled(null, e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /** The next batch, {@code null} at the end. Wants it {@link #giveBack back}. */
    Batch take() throws InterruptedException {
        Filled next = filled.take();
        if (next.failure != null) {
            throw next.failure;
        }
        return next.batch;
    }

    void giveBack(Batch batch) {
        free.add(batch);
    }

    @Override
    public void close() {
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
