package dev.lanewise.runtime;

import dev.lanewise.runtime.team.Team;

/** Sessions with more threads than the machine may have, which share every step, however small. */
public final class Teams {

    private Teams() {}

    public static Session session(Model model, int threads) {
        return new Session(model, model.tier(), Team.of(threads, 0));
    }

    public static BatchSession batchSession(Model model, int streams, int threads) {
        return new BatchSession(model, model.tier(), streams, Team.of(threads, 0));
    }
}
