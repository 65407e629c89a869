package dev.lanewise.bench.subject;

import dev.lanewise.bench.row.Feed;
import dev.lanewise.bench.row.Work;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;

/** One stream, or work that has none. */
final class LanewiseSession extends LanewiseSubject {

    private final Session session;

    LanewiseSession(Work work) {
        super(work);
        session = model.newSession();
        for (Feed feed : work.inputs()) {
            if (!model.inputNames().contains(feed.name())) {
                continue; // carried as state, or pinned
            }
            Tensor tensor = session.input(feed.name());
            tensor.setShape(feed.shape());
            if (feed.values() instanceof float[] values) {
                tensor.set(values);
            } else {
                long[] values = (long[]) feed.values();
                System.arraycopy(values, 0, tensor.longs(), tensor.offset(), values.length);
            }
        }
    }

    @Override
    public void run() {
        session.run();
    }

    @Override
    Tensor tensor() {
        return session.outputs().get(0);
    }

    @Override
    long allMultiplyAdds() {
        return session.multiplyAdds();
    }

    @Override
    public String kernels() {
        return session.kernels();
    }
}
