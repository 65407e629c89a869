package dev.lanewise.runtime.team;

/** Work that falls into pieces which write different elements, and may be done in any order and by any thread. */
public interface Divisible {

    /**
     * Does the pieces {@code [from, to)}. Allocates nothing.
     *
     * @param worker whose scratch to use, from 0 to below {@link Team#size()}; 0 is the thread that runs the session
     */
    void run(int from, int to, int worker);
}
