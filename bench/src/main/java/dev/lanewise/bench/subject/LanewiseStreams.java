package dev.lanewise.bench.subject;

import dev.lanewise.bench.row.Feed;
import dev.lanewise.bench.row.ModelWork;
import dev.lanewise.runtime.BatchSession;
import dev.lanewise.runtime.SessionOptions;
import dev.lanewise.runtime.State;
import dev.lanewise.runtime.Tensor;
import java.util.Arrays;

/** Many streams, a {@link State} for each, advanced in one call. */
final class LanewiseStreams extends LanewiseSubject {

    private final BatchSession session;
    private final State[] states; // (streams)

    LanewiseStreams(ModelWork work) {
        super(compile(work), "infer");
        session = model.newBatchSession(
                work.streams().count(), SessionOptions.defaults().threads(work.threads()));
        states = new State[work.streams().count()];
        Arrays.setAll(states, i -> model.newState());
        for (Feed feed : work.inputs()) {
            if (model.inputNames().contains(feed.name())) {
                session.input(feed.name()).set((float[]) feed.values());
            }
        }
    }

    @Override
    public void run() {
        session.stepBatch(states, states.length);
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
