package dev.lanewise.bench.subject;

import dev.lanewise.bench.row.Feed;
import dev.lanewise.bench.row.Work;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;

/** One stream, or work that has none. */
final class LanewiseSession extends LanewiseSubject {

    /** An input and what a run gives it. */
    private record Given(Tensor tensor, Feed feed) {

        void set() {
            tensor.setShape(feed.shape());
            int size = tensor.size();
            switch (tensor.type().storage()) {
                case FLOATS -> System.arraycopy(feed.values(), 0, tensor.floats(), tensor.offset(), size);
                case LONGS -> System.arraycopy(feed.values(), 0, tensor.longs(), tensor.offset(), size);
                case INTS -> System.arraycopy(feed.values(), 0, tensor.ints(), tensor.offset(), size);
                default -> throw new IllegalArgumentException(tensor + ": no feed has this type");
            }
        }
    }

    private final Session session;
    /** By run; what stays from call to call is set once, here. */
    private final Given[][] given;

    LanewiseSession(Work work) {
        super(work);
        session = model.newSession();
        given = new Given[work.runs().size()][];
        for (int i = 0; i < given.length; i++) {
            List<Given> ofRun = new ArrayList<>();
            for (Feed feed : work.runs().get(i)) {
                if (model.inputNames().contains(feed.name())) { // else carried as state, or pinned
                    ofRun.add(new Given(session.input(feed.name()), feed));
                }
            }
            given[i] = ofRun.toArray(new Given[0]);
        }
        set(0);
    }

    private void set(int run) {
        for (Given one : given[run]) {
            one.set();
        }
    }

    @Override
    public void run() {
        if (given.length == 1) {
            session.run();
            return;
        }
        session.state().reset();
        for (int i = 0; i < given.length; i++) {
            set(i);
            session.run();
        }
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
