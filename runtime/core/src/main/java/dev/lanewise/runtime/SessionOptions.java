package dev.lanewise.runtime;

/**
 * How a session is made. Immutable; start from {@link #defaults()}.
 *
 * @param threads how many threads share its large steps, the caller's among them; more than the processors that the
 *     JVM may use are as many as these, which is said once in the log
 */
public record SessionOptions(int threads) {

    private static final SessionOptions DEFAULTS = new SessionOptions(1);

    public SessionOptions {
        if (threads < 1) {
            throw new IllegalArgumentException(threads + " threads; expected 1, the caller's own, or more");
        }
    }

    /** One thread: the caller's. */
    public static SessionOptions defaults() {
        return DEFAULTS;
    }

    public SessionOptions threads(int newThreads) {
        return new SessionOptions(newThreads);
    }
}
