package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import java.util.HashSet;
import java.util.Set;

/**
 * What a {@link Pattern} found: the value of each named part, and the nodes that it went through.
 * Immutable: trying another way needs no undoing.
 */
final class Match {

    static final Match NOTHING = new Match(null, null, null, null);

    private final Match before;
    private final Pattern part;
    private final Value value;
    private final Node node;

    private Match(Match before, Pattern part, Value value, Node node) {
        this.before = before;
        this.part = part;
        this.value = value;
        this.node = node;
    }

    Match with(Pattern newPart, Value newValue) {
        return new Match(this, newPart, newValue, null);
    }

    Match through(Node newNode) {
        return new Match(this, null, null, newNode);
    }

    /** The value that a part of the pattern stands for; {@code null} where it stands for none. */
    Value get(Pattern wanted) {
        for (Match m = this; m != NOTHING; m = m.before) {
            if (m.part == wanted) {
                return m.value;
            }
        }
        return null;
    }

    /** The nodes that compute what was matched from its parts. */
    Set<Node> nodes() {
        Set<Node> nodes = new HashSet<>();
        for (Match m = this; m != NOTHING; m = m.before) {
            if (m.node != null) {
                nodes.add(m.node);
            }
        }
        return nodes;
    }
}
