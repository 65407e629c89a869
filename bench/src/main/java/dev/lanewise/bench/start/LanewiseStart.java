package dev.lanewise.bench.start;

import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import java.nio.file.Path;

/** Loads a model, gives one result, and times more calls where that is asked for. */
final class LanewiseStart implements CallTimes.Call {

    private final Session session;

    private LanewiseStart(Session session) {
        this.session = session;
    }

    /** Arguments: model, way to start, and then perhaps a number of calls and the file for their times. */
    public static void main(String[] args) throws Exception {
        LoadOptions options = LoadOptions.defaults().start(LoadOptions.Start.valueOf(args[1]));
        Session session = Model.load(Path.of(args[0]), options).newSession();
        if (args.length == 2) {
            session.run();
            System.out.println(session.outputs().get(0).get(0));
        } else {
            CallTimes.write(new LanewiseStart(session), Integer.parseInt(args[2]), args[3]);
        }
    }

    @Override
    public void run() {
        session.run();
    }
}
