package dev.lanewise.bench.subject;

import dev.lanewise.bench.row.Feed;
import dev.lanewise.bench.row.ModelWork;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;

/** One stream, or work that has none. */
final class LanewiseSession extends LanewiseSubject {

    private final Session session;
    /** By run; what stays from call to call is set once, here. */
    private final Given[][] given;

    LanewiseSession(ModelWork work) {
        super(compile(work), "infer");
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
