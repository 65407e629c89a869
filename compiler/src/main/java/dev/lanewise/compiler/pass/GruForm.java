package dev.lanewise.compiler.pass;

import static dev.lanewise.compiler.pass.Pattern.any;
import static dev.lanewise.compiler.pass.Pattern.difference;
import static dev.lanewise.compiler.pass.Pattern.number;
import static dev.lanewise.compiler.pass.Pattern.oneOf;
import static dev.lanewise.compiler.pass.Pattern.op;
import static dev.lanewise.compiler.pass.Pattern.product;
import static dev.lanewise.compiler.pass.Pattern.sum;

import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Gru;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.compiler.pass.RecurrentCell.Gate;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How a step of {@link Gru} is written: h and a candidate, mixed by a gate. Either may be what the gate
 * lets through; the reset gate multiplies h or its product.
 */
final class GruForm {

    private static final Pattern GATE = any().where(value -> RecurrentCell.isGate(UnaryFn.SIGMOID, value));
    private static final Pattern CLOSED = oneOf(
            difference(number(1), GATE),
            op(op -> op.equals(new Unary(UnaryFn.AFFINE, -1, 1)), GATE));
    /** What goes through where the gate is 1. */
    private static final Pattern ON = any();
    /** What goes through where the gate is 0. */
    private static final Pattern OFF = any();

    private static final Pattern MIX = oneOf(
            sum(product(GATE, ON), product(CLOSED, OFF)),
            sum(OFF, product(GATE, difference(ON, OFF))),
            difference(OFF, product(GATE, difference(OFF, ON))),
            sum(ON, product(CLOSED, difference(OFF, ON))));

    private GruForm() {}

    /** The cell whose new hidden state a value is; {@code null} where it is none. */
    static RecurrentCell in(Value value) {
        Match found = MIX.in(value);
        if (found == null) {
            return null;
        }
        AffineMap gate = RecurrentCell.argument(UnaryFn.SIGMOID, found.get(GATE));
        Set<Node> nodes = found.nodes();
        nodes.addAll(gate.nodes());
        RecurrentCell cell = mixed(value, nodes, gate, found.get(ON), found.get(OFF));
        // 1 − σ(x) is σ(−x)
        return cell != null ? cell : mixed(value, nodes, gate.times(-1), found.get(OFF), found.get(ON));
    }

    private static RecurrentCell mixed(Value next, Set<Node> mixing, AffineMap update, Value state, Value candidate) {
        AffineMap sum = RecurrentCell.argument(UnaryFn.TANH, candidate);
        if (sum == null || update == null) {
            return null;
        }
        Value h = number(0).in(state) == null ? state : null;
        Pattern reset = any().where(value -> RecurrentCell.isGate(UnaryFn.SIGMOID, value));
        Pattern product = any().where(value -> isProductOf(h, value));
        for (AffineMap.Term term : sum.terms()) {
            boolean linear = term.block() == null;
            Match found = (linear ? product(reset, product) : product(reset, any().where(value -> value == state)))
                    .in(term.source());
            if (found == null) {
                continue;
            }
            AffineMap resetMap = RecurrentCell.argument(UnaryFn.SIGMOID, found.get(reset));
            AffineMap input = linear || h == null ? sum.without(term.source()) : sum.with(term.source(), h);
            if (!input.isProducts() || h != null && sum.term(h) != null) {
                return null; // h beside what the reset gate lets through
            }
            Gate last = linear ? new Gate(input, AffineMap.of(found.get(product))) : new Gate(input);
            Set<Node> nodes = new HashSet<>(mixing);
            nodes.addAll(found.nodes());
            nodes.addAll(sum.nodes());
            nodes.addAll(resetMap.nodes());
            if (linear) {
                nodes.addAll(last.recurrent().nodes());
            }
            List<Gate> gates = List.of(new Gate(update), new Gate(resetMap), last);
            return new RecurrentCell(new Gru(false, linear), gates, h, null, next, null, nodes);
        }
        return null;
    }

    private static boolean isProductOf(Value h, Value value) {
        AffineMap map = AffineMap.of(value);
        return map != null && map.isProducts() && map.sources().stream().allMatch(source -> source == h);
    }
}
