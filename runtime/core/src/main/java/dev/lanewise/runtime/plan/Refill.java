package dev.lanewise.runtime.plan;

/**
 * Brings the values that weights have now into a packed form that was made of earlier ones. Holds nothing of a session.
 */
@FunctionalInterface
public interface Refill<P> {

    void into(P packed);
}
