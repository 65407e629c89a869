package dev.lanewise.compiler.diff;

import dev.lanewise.compiler.graph.Literal;

/**
 * How far one value is from the double-precision reference.
 *
 * @param node the name of the node in the source model
 * @param operation the operation that the node was imported as, or that is a part of it
 * @param type element type and actual shape; where they are not as expected, both
 * @param plan how far the compiled plan is
 * @param peer how far the other runtime is; {@code null} where it did not run or does not have this value
 */
public record NodeDifference(String node, String operation, String type, Distance plan, Distance peer) {

    /** @param peers what the other runtime has, or {@code null} */
    static NodeDifference of(String node, String operation, Literal exact, Literal found, Literal peers) {
        String expected = exact.describe();
        String type = expected;
        if (!found.describe().equals(expected)) {
            type = found.describe() + ", expected " + expected;
        } else if (peers != null && !peers.describe().equals(expected)) {
            type = expected + ", elsewhere " + peers.describe();
        }
        return new NodeDifference(node, operation, type, Distance.of(exact, found),
                peers == null ? null : Distance.of(exact, peers));
    }

    /** Whether the plan or the other runtime parts from the reference. */
    public boolean parts(double tolerance) {
        return plan.parts(tolerance) || peer != null && peer.parts(tolerance);
    }
}
