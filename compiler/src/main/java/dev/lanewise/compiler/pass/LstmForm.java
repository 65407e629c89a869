package dev.lanewise.compiler.pass;

import static dev.lanewise.compiler.pass.Pattern.any;
import static dev.lanewise.compiler.pass.Pattern.number;
import static dev.lanewise.compiler.pass.Pattern.product;
import static dev.lanewise.compiler.pass.Pattern.sum;
import static dev.lanewise.compiler.pass.Pattern.unary;

import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Lstm;
import dev.lanewise.compiler.pass.RecurrentCell.Gate;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** How a step of {@link Lstm} is written: {@code o · tanh(c')} with {@code c' = f · c + i · g}. */
final class LstmForm {

    private static final Pattern INPUT = gate(UnaryFn.SIGMOID);
    private static final Pattern OUTPUT = gate(UnaryFn.SIGMOID);
    private static final Pattern FORGET = gate(UnaryFn.SIGMOID);
    private static final Pattern CANDIDATE = gate(UnaryFn.TANH);
    private static final Pattern C = any();
    private static final Pattern NEXT_C = sum(product(FORGET, C), product(INPUT, CANDIDATE)).named();
    private static final Pattern NEXT_H = product(OUTPUT, unary(UnaryFn.TANH, NEXT_C));

    private LstmForm() {}

    private static Pattern gate(UnaryFn fn) {
        return any().where(value -> RecurrentCell.isGate(fn, value));
    }

    /** The cell whose new hidden state a value is, h not told from x yet; {@code null} where it is none. */
    static RecurrentCell in(Value value) {
        Match found = NEXT_H.in(value);
        if (found == null) {
            return null;
        }
        Set<Node> nodes = found.nodes();
        List<Gate> gates = new ArrayList<>();
        for (Pattern part : List.of(INPUT, OUTPUT, FORGET, CANDIDATE)) {
            gates.add(new Gate(
                    RecurrentCell.argument(part == CANDIDATE ? UnaryFn.TANH : UnaryFn.SIGMOID, found.get(part))));
        }
        gates.forEach(gate -> nodes.addAll(gate.input().nodes()));
        Value c = found.get(C);
        Value nextC = found.get(NEXT_C);
        return new RecurrentCell(
                new Lstm(false), gates, null, number(0).in(c) == null ? c : null, value, nextC, nodes);
    }
}
