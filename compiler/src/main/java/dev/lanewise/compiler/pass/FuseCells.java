package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Where;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes one operation of each step of a recurrent cell that an exporter has taken apart. It stays a step of
 * its own, on a sequence of one element; {@link LiftCells} makes sequences of such steps.
 */
final class FuseCells implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Fusing(graph, folding).run();
    }

    private static final class Fusing extends Rewriting {

        private final Graph graph;
        private final Folding folding;
        /** New hidden states of cells found so far, of the old graph, by their cell states. */
        private final Map<Value, Value> hiddenStates = new HashMap<>();
        private final SimpleChains chains;
        private final Map<List<Object>, Value[]> laidOut = new HashMap<>();
        private final Map<List<Object>, Value> weights = new HashMap<>();

        Fusing(Graph graph, Folding folding) {
            super(graph, folding);
            this.graph = graph;
            this.folding = folding;
            this.chains = new SimpleChains(graph);
        }

        @Override
        List<Value> node(Node node, List<Value> inputs) {
            Value value = node.output();
            if (node.outputs().size() != 1 || value.rank() < 2 || value.type().type() != DType.F32
                    || !value.dim(value.rank() - 1).isConstant()) {
                return null;
            }
            RecurrentCell cell = find(value);
            if (cell == null || !fits(cell)) {
                return null;
            }
            return fuse(node.name(), cell);
        }

        private RecurrentCell find(Value value) {
            RecurrentCell cell = GruForm.in(value);
            if (cell != null) {
                return cell;
            }
            cell = LstmForm.in(value);
            return cell != null ? cell.withH(state(cell)) : simple(RnnForm.in(value));
        }

        /**
         * Which input of an LSTM is h. The cell treats x and h alike; only what is around it shows. Where it
         * does not, any choice is right.
         */
        private Value state(RecurrentCell cell) {
            List<Value> candidates = cell.candidates();
            for (Value candidate : candidates) {
                if (becomes(candidate, cell.nextH()) || hiddenStates.get(cell.c()) == candidate) {
                    return candidate;
                }
            }
            return cell.c() == null || cell.inputs().size() < 2 ? null : candidates.stream()
                    .filter(candidate -> candidate.producer() == null)
                    .findFirst()
                    .orElse(candidates.isEmpty() ? null : candidates.get(candidates.size() - 1));
        }

        /** A simple cell is told from a dense layer by its state, or by others of its kind. */
        private RecurrentCell simple(RecurrentCell cell) {
            if (cell == null || chains.isFirst(cell.nextH())) {
                return cell;
            }
            Value chained = chains.stateOf(cell.nextH());
            return cell.inputs().size() < 2 ? null : cell.candidates().stream()
                    .filter(candidate -> candidate == chained || becomes(candidate, cell.nextH()))
                    .findFirst()
                    .map(cell::withH)
                    .orElse(null);
        }

        /** Whether a value is what {@code next} was one call or iteration ago. */
        private boolean becomes(Value value, Value next) {
            Value before = CellStep.viewed(value);
            boolean isState = graph.states().stream()
                    .anyMatch(state -> state.value() == before && CellStep.viewed(state.next()) == next);
            List<Graph.Port> in = graph.inputs();
            boolean isInput = in.stream().anyMatch(port -> port.value() == before);
            boolean isOutput = graph.outputs().stream().anyMatch(port -> isOf(next, before, port.value()));
            return isState || isInput && isOutput;
        }

        /** Whether an output is the next state, or that in some rows and the last one in others. */
        private static boolean isOf(Value next, Value before, Value output) {
            Value after = CellStep.viewed(output);
            if (after == next || Rewriting.producer(after, Where.class) == null) {
                return after == next;
            }
            List<Value> choice = after.producer().inputs().subList(1, 3).stream().map(CellStep::viewed).toList();
            return choice.contains(next) && choice.contains(before);
        }

        /** Whether all operands have as many rows, and nothing but the cell needs its pieces. */
        private boolean fits(RecurrentCell cell) {
            Dim rows = rows(cell.nextH());
            List<Value> operands = new ArrayList<>(cell.inputs());
            Set<Value> results = new HashSet<>(Set.of(cell.nextH()));
            if (operands.isEmpty()) {
                return false;
            }
            if (cell.nextC() != null) {
                results.add(cell.nextC());
            }
            for (Value state : Arrays.asList(cell.h(), cell.c())) {
                if (state != null) {
                    if (!state.dim(state.rank() - 1).is(cell.hidden())) {
                        return false;
                    }
                    operands.add(state);
                }
            }
            return operands.stream().allMatch(operand -> rows(operand).equals(rows)) && isClosed(cell.nodes(), results);
        }

        private static Dim rows(Value value) {
            return ValueType.product(value.shape().subList(0, Math.max(0, value.rank() - 1)));
        }

        private List<Value> fuse(String name, RecurrentCell cell) {
            Value[] known = laidOut.computeIfAbsent(List.of(cell.op(), layout(cell)), key -> layOut(name, cell));
            if (known.length == 0) {
                return null;
            }
            Dim rows = rows(cell.nextH());
            List<Value> inputs = new ArrayList<>();
            for (Value input : cell.inputs()) {
                inputs.add(view(name, now(input), List.of(Dim.ONE, rows, input.dim(input.rank() - 1))));
            }
            Value x = inputs.size() == 1 ? inputs.get(0) : add(name, new Concat(2), inputs.toArray(new Value[0]));
            List<Value> operands = new ArrayList<>(List.of(x, known[0], known[1], known[2]));
            operands.add(null); // no lengths
            operands.add(cell.h() == null ? null : stateRows(name, cell, cell.h()));
            if (cell.nextC() != null) {
                operands.add(cell.c() == null ? null : stateRows(name, cell, cell.c()));
            }
            List<Value> results = addAll(name, cell.op(), operands);
            if (cell.nextC() != null) {
                hiddenStates.put(cell.nextC(), cell.nextH());
                replace(cell.nextC(), view(name, results.get(2), cell.nextC().shape()));
            }
            return List.of(view(name, results.get(1), cell.nextH().shape()));
        }

        private Value stateRows(String name, RecurrentCell cell, Value state) {
            return view(name, now(state), List.of(rows(state), Dim.of(cell.hidden())));
        }

        private Value view(String name, Value value, List<Dim> shape) {
            return value.shape().equals(shape) ? value : add(name, new Reshape(shape), value);
        }

        /** What decides the weights: steps that have the same share them. */
        private static List<Object> layout(RecurrentCell cell) {
            List<Value> inputs = cell.inputs();
            List<Object> layout = new ArrayList<>();
            for (RecurrentCell.Gate gate : cell.gates()) {
                for (AffineMap map : Arrays.asList(gate.input(), gate.recurrent())) {
                    layout.add(map == null ? "none" : map.bias());
                    for (AffineMap.Term term : map == null ? List.<AffineMap.Term>of() : map.terms()) {
                        layout.add(term.source() == cell.h() ? -1 : inputs.indexOf(term.source()));
                        layout.add(term.block());
                    }
                }
            }
            return layout;
        }

        /** W, R and bias; empty where the model is too large for this. */
        private Value[] layOut(String name, RecurrentCell cell) {
            double n = cell.hidden();
            double columns = n;
            for (Value input : cell.inputs()) {
                columns += input.dim(input.rank() - 1).constant();
            }
            double elements = cell.gates().size() * n * (columns + 2);
            if (!folding.spend(elements, elements)) {
                return new Value[0];
            }
            RecurrentCell.Weights laid = cell.weights();
            return new Value[] {
                shared(name + ".W", laid.w()), shared(name + ".R", laid.r()), shared(name + ".B", laid.bias())
            };
        }

        /** One constant for equal ones. */
        private Value shared(String name, Literal literal) {
            List<Object> key = List.of(literal.rank(), literal.size(), Arrays.hashCode(literal.floats()));
            Value known = weights.computeIfAbsent(key, k -> Value.constant(name, literal));
            return known.constant().sameAs(literal) ? known : Value.constant(name, literal);
        }
    }
}
