package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Repeat;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A {@link Repeat} while a pass takes things out of it: its operands, its body, and the results that come from
 * elsewhere by now. Not safe for use by several threads.
 */
final class OpenLoop {

    private final String name;
    private final Dim trips;
    private final boolean open;
    private final Value tripCount;
    private final Value condition;
    /** Outer values; the body's inputs for them are in the same order, after iteration and condition. */
    private final List<Value> carried;
    private final List<Value> scanned;
    private final List<Value> captured;
    private final List<Repeat.Walk> scans;
    private final List<Repeat.Walk> collects;
    private final List<ValueType> types;
    /** Which results the outputs are. */
    private final List<Integer> places = new ArrayList<>();
    private final Value[] results;
    private Graph body;

    /**
     * @param operands of the node, in the new graph
     */
    OpenLoop(Node node, Repeat repeat, List<Value> operands) {
        int first = 2 + repeat.carried();
        int last = first + repeat.scanned().size();
        this.name = node.name();
        this.trips = repeat.trips();
        this.open = repeat.open();
        this.tripCount = operands.get(0);
        this.condition = operands.get(1);
        this.carried = new ArrayList<>(operands.subList(2, first));
        this.scanned = new ArrayList<>(operands.subList(first, last));
        this.captured = new ArrayList<>(operands.subList(last, operands.size()));
        this.scans = new ArrayList<>(repeat.scanned());
        this.collects = new ArrayList<>(repeat.collected());
        this.types = new ArrayList<>(repeat.types());
        this.body = repeat.body();
        this.results = new Value[types.size()];
        for (int i = 0; i < results.length; i++) {
            places.add(i);
        }
    }

    String name() {
        return name;
    }

    Graph body() {
        return body;
    }

    Dim trips() {
        return trips;
    }

    int carriedCount() {
        return carried.size();
    }

    int scannedCount() {
        return scanned.size();
    }

    int collectedCount() {
        return collects.size();
    }

    /** What a carried value begins as, outside. */
    Value initial(int i) {
        return carried.get(i);
    }

    /** A carried value at the beginning of an iteration. */
    Value before(int i) {
        return body.inputs().get(2 + i).value();
    }

    /** A carried value at the end of an iteration. */
    Value after(int i) {
        return body.outputs().get(1 + i).value();
    }

    /** A tensor outside that is scanned. */
    Value whole(int i) {
        return scanned.get(i);
    }

    /** What an iteration sees of a scanned tensor. */
    Value slice(int i) {
        return body.inputs().get(2 + carried.size() + i).value();
    }

    Repeat.Walk scan(int i) {
        return scans.get(i);
    }

    /** Which outer value an input of the body is, as an index for {@link #captured}; -1 where it is something else. */
    int captureOf(Value inner) {
        for (int i = 0; i < captured.size(); i++) {
            if (body.inputs().get(2 + carried.size() + scanned.size() + i).value() == inner) {
                return i;
            }
        }
        return -1;
    }

    /** A value outside that the body uses as it is. */
    Value captured(int i) {
        return captured.get(i);
    }

    /** Uses a value as it is, instead of carrying it, because iterations do not change it. */
    void captureCarried(int i) {
        Value value = carried.get(i);
        Graph.Port input = body.inputs().get(2 + i);
        dropCarried(i, value);
        captured.add(value);
        List<Graph.Port> inputs = new ArrayList<>(body.inputs());
        inputs.add(input);
        body = new Graph(inputs, body.outputs(), List.of(), body.nodes());
    }

    /** Uses one more value from outside as it is; gives what the body sees of it. */
    Value captureAlso(Value value) {
        Value inner = Value.of(value.name(), value.type(), null);
        captured.add(value);
        List<Graph.Port> inputs = new ArrayList<>(body.inputs());
        inputs.add(new Graph.Port(inner.name(), inner));
        body = new Graph(inputs, body.outputs(), List.of(), body.nodes());
        return inner;
    }

    /** Whether a value of the body is the number of the iteration, in whatever type and shape. */
    boolean isIteration(Value inner) {
        return uncast(inner) == body.inputs().get(0).value();
    }

    /** Whether a number of the body is the iteration (false), or counts down to 0 with it (true); else {@code null}. */
    Boolean direction(Value inner) {
        if (isIteration(inner)) {
            return false;
        }
        Value value = uncast(inner);
        boolean difference = value.producer() != null && value.producer().op().equals(new Binary(BinaryFn.SUB));
        List<Dim> last = difference ? value.producer().input(0).contents() : null;
        return last != null && last.size() == 1 && last.get(0).equals(trips.minus(1))
                        && isIteration(value.producer().input(1))
                ? Boolean.TRUE
                : null;
    }

    /** What a number is a reshape of, or another type that has all iterations. */
    static Value uncast(Value value) {
        Value source = value;
        while (Rewriting.producer(source, Reshape.class) != null || isWide(Rewriting.producer(source, Cast.class))) {
            source = source.producer().input(0);
        }
        return source;
    }

    private static boolean isWide(Cast cast) {
        return cast != null && (cast.to() == DType.I64 || cast.to() == DType.I32);
    }

    /** The nodes of the body that use a value or reshapes of it; {@code null} where it is one of the body's outputs. */
    Set<Node> users(Value inner) {
        Set<Value> views = new HashSet<>(Set.of(inner));
        Set<Node> users = new HashSet<>();
        for (Node node : body.nodes()) {
            if (node.inputs().stream().anyMatch(views::contains)) {
                if (node.op() instanceof Reshape) {
                    views.add(node.output());
                } else {
                    users.add(node);
                }
            }
        }
        return body.outputs().stream().anyMatch(port -> views.contains(port.value())) ? null : users;
    }

    /** What an iteration gives to a collected tensor. */
    Value given(int i) {
        return body.outputs().get(1 + carried.size() + i).value();
    }

    Repeat.Walk collect(int i) {
        return collects.get(i);
    }

    /** The type that the collected tensor has outside. */
    ValueType collectedType(int i) {
        return types.get(carried.size() + i);
    }

    /**
     * Collects what the body gives as the end of a carried value, which it does not use any more.
     *
     * @param type of the collected tensor
     */
    void collectCarried(int i, Repeat.Walk walk, ValueType type) {
        Graph.Port given = body.outputs().get(1 + i);
        int place = places.remove(i);
        types.remove(i);
        carried.remove(i);
        dropPorts(2 + i, 1 + i);
        places.add(place);
        types.add(type);
        collects.add(walk);
        List<Graph.Port> outputs = new ArrayList<>(body.outputs());
        outputs.add(given);
        body = new Graph(body.inputs(), outputs, List.of(), body.nodes());
    }

    /** Puts a body with the same inputs and outputs in the place of this one. */
    void setBody(Graph newBody) {
        body = newBody;
    }

    /** Scans one more tensor; gives what an iteration sees of it. */
    Value scanAlso(Value tensor, Repeat.Walk walk) {
        List<Dim> shape = new ArrayList<>(tensor.shape());
        shape.remove(walk.axis());
        Value slice = Value.of(tensor.name(), new ValueType(tensor.type().type(), shape), null);
        List<Graph.Port> inputs = new ArrayList<>(body.inputs());
        inputs.add(2 + carried.size() + scanned.size(), new Graph.Port(slice.name(), slice));
        scanned.add(tensor);
        scans.add(walk);
        body = new Graph(inputs, body.outputs(), List.of(), body.nodes());
        return slice;
    }

    /**
     * Stops carrying a value that the body does not use any more.
     *
     * @param last what it is in the end, from elsewhere; {@code null} where nobody asks
     */
    void dropCarried(int i, Value last) {
        results[places.remove(i)] = last;
        types.remove(i);
        carried.remove(i);
        dropPorts(2 + i, 1 + i);
    }

    /** Stops collecting a tensor, which comes from elsewhere, or is {@code null} where nobody asks for it. */
    void dropCollected(int i, Value tensor) {
        int output = carried.size() + i;
        results[places.remove(output)] = tensor;
        types.remove(output);
        collects.remove(i);
        dropPorts(-1, 1 + output);
    }

    private void dropPorts(int input, int output) {
        List<Graph.Port> inputs = new ArrayList<>(body.inputs());
        List<Graph.Port> outputs = new ArrayList<>(body.outputs());
        if (input >= 0) {
            inputs.remove(input);
        }
        if (output >= 0) {
            outputs.remove(output);
        }
        body = new Graph(inputs, outputs, List.of(), body.nodes());
    }

    private void dropUnusedInputs() {
        body = body.withoutUnused();
        Map<Value, Integer> uses = body.uses();
        for (int i = captured.size() - 1; i >= 0; i--) {
            int input = 2 + carried.size() + scanned.size() + i;
            if (!uses.containsKey(body.inputs().get(input).value())) {
                captured.remove(i);
                dropPorts(input, -1);
            }
        }
        for (int i = scanned.size() - 1; i >= 0; i--) {
            if (!uses.containsKey(slice(i))) {
                int input = 2 + carried.size() + i;
                scanned.remove(i);
                scans.remove(i);
                dropPorts(input, -1);
            }
        }
    }

    /** All results, from a loop over what is left in the body; {@code null} for those that nobody asks for. */
    List<Value> close(Rewriting graph) {
        dropUnusedInputs();
        if (!types.isEmpty()) {
            List<Value> operands = new ArrayList<>();
            operands.add(tripCount);
            operands.add(condition);
            operands.addAll(carried);
            operands.addAll(scanned);
            operands.addAll(captured);
            List<Value> left = graph.addAll(
                    name, new Repeat(body, carried.size(), trips, open, scans, collects, types), operands);
            for (int i = 0; i < left.size(); i++) {
                results[places.get(i)] = left.get(i);
            }
        }
        return Arrays.asList(results);
    }
}
