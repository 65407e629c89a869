package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One step of a recurrent cell as it was found among primitive nodes.
 *
 * @param op the operation that computes it, over a sequence of one element
 * @param gates in the order of that operation
 * @param h the last hidden state [..., H]; {@code null} where it is not used, being zero
 * @param c the last cell state [..., H]; {@code null} where there is none, or where it is zero
 * @param nextH the new hidden state [..., H]
 * @param nextC the new cell state; {@code null} where there is none
 * @param nodes what computes the new states
 */
record RecurrentCell(Op op, List<Gate> gates, Value h, Value c, Value nextH, Value nextC, Set<Node> nodes) {

    /**
     * The pre-activation of a gate.
     *
     * @param input all of it, or what is added to {@code recurrent}
     * @param recurrent where something comes between the two sums; else {@code null}
     */
    record Gate(AffineMap input, AffineMap recurrent) {

        Gate(AffineMap all) {
            this(all, null);
        }
    }

    /** Weights as the recurrent operations take them: {@code w [gates·H, I], r [gates·H, H], bias [2·gates·H]}. */
    record Weights(Literal w, Literal r, Literal bias) {}

    int hidden() {
        return (int) nextH.dim(nextH.rank() - 1).constant();
    }

    /** What the gates see besides h, in the order in which the operation's x holds it. */
    List<Value> inputs() {
        List<Value> inputs = new ArrayList<>();
        for (Gate gate : gates) {
            gate.input.sources().stream()
                    .filter(source -> source != h && !inputs.contains(source))
                    .forEach(inputs::add);
        }
        return inputs;
    }

    /** What the gates see that is as wide as a state. */
    List<Value> candidates() {
        return inputs().stream().filter(input -> input.dim(input.rank() - 1).is(hidden())).toList();
    }

    RecurrentCell withH(Value state) {
        return new RecurrentCell(op, gates, state, c, nextH, nextC, nodes);
    }

    /** Lays the weights out, gate by gate; what a gate does not see weighs nothing. */
    Weights weights() {
        int n = hidden();
        List<Value> inputs = inputs();
        int size = inputs.stream().mapToInt(value -> (int) value.dim(value.rank() - 1).constant()).sum();
        float[] w = new float[gates.size() * n * size];
        float[] r = new float[gates.size() * n * n];
        float[] bias = new float[2 * gates.size() * n];
        for (int g = 0; g < gates.size(); g++) {
            Gate gate = gates.get(g);
            AffineMap recurrent = gate.recurrent == null ? gate.input : gate.recurrent;
            int column = 0;
            for (Value input : inputs) {
                column += lay(gate.input.term(input), w, g * n, n, size, column, input);
            }
            if (h != null) {
                lay(recurrent.term(h), r, g * n, n, n, 0, h);
            }
            for (int j = 0; j < n; j++) {
                bias[g * n + j] = (float) gate.input.biasAt(j);
                bias[(gates.size() + g) * n + j] = gate.recurrent == null ? 0 : (float) recurrent.biasAt(j);
            }
        }
        return new Weights(
                Literal.of(w, gates.size() * n, size), Literal.of(r, gates.size() * n, n),
                Literal.of(bias, bias.length));
    }

    /** Writes a block transposed into {@code matrix [.., width]} and gives the number of columns it takes. */
    private static int lay(
            AffineMap.Term term, float[] matrix, int row, int rows, int width, int column, Value source) {
        int columns = (int) source.dim(source.rank() - 1).constant();
        for (int j = 0; term != null && j < rows; j++) {
            for (int k = 0; k < columns; k++) {
                matrix[(row + j) * width + column + k] = (float) term.block().at(k, j);
            }
        }
        return columns;
    }

    /** The map x where a value is {@code fn(x)}, or columns of that; else {@code null}. */
    static AffineMap argument(UnaryFn fn, Value value) {
        Node node = value.producer();
        if (node == null || value.rank() == 0) { // a number has no columns
            return null;
        }
        Set<Node> nodes = new HashSet<>(Set.of(node));
        int first = 0;
        if (node.op() instanceof Slice slice && node.input(0).producer() != null) {
            first = AffineMap.firstColumn(slice, node.input(0));
            node = node.input(0).producer();
            nodes.add(node);
        }
        if (first < 0 || !(node.op() instanceof Unary unary) || unary.fn() != fn) {
            return null;
        }
        AffineMap map = AffineMap.of(node.input(0));
        if (map != null && nodes.size() == 2) {
            map = map.columns(first, (int) value.dim(value.rank() - 1).constant());
        }
        if (map == null) {
            return null;
        }
        nodes.addAll(map.nodes());
        return new AffineMap(map.width(), map.terms(), map.bias(), nodes);
    }

    /** Whether a value is a gate: {@code fn} of products. */
    static boolean isGate(UnaryFn fn, Value value) {
        AffineMap map = argument(fn, value);
        return map != null && map.isProducts();
    }
}
