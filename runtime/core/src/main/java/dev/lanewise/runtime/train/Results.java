package dev.lanewise.runtime.train;

import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;

/** A batch and what the model gave for it; valid until the next batch. */
public final class Results {

    private final Session session;
    private Batch batch;

    Results(Session session) {
        this.session = session;
    }

    void of(Batch newBatch) {
        batch = newBatch;
    }

    public Batch batch() {
        return batch;
    }

    /**
     * An output of the program {@code evaluate}.
     *
     * @throws IllegalArgumentException where there is none of that name; the message lists those there are
     */
    public Tensor output(String name) {
        return session.output(name);
    }
}
