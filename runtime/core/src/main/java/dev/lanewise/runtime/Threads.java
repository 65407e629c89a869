package dev.lanewise.runtime;

import dev.lanewise.runtime.team.Team;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Logger;

/** How many threads a session gets of those that it was asked to have. */
final class Threads {

    private static final AtomicBoolean SAID = new AtomicBoolean();

    private Threads() {}

    static Team team(SessionOptions options) {
        // what a container is allowed counts, as far as the JVM knows of it
        int processors = Runtime.getRuntime().availableProcessors();
        if (options.threads() > processors && SAID.compareAndSet(false, true)) {
            Logger.getLogger("dev.lanewise").info("a session was made for " + options.threads() + " threads and has "
                    + processors + ": this JVM may use no more processors");
        }
        return Team.of(Math.min(options.threads(), processors));
    }
}
