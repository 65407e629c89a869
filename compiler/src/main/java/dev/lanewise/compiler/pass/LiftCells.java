package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Repeat;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Transpose;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Takes recurrent cells out of loops: a step whose state the loop carries, and whose x comes from what the
 * loop scans, becomes an operation over the whole sequence. What else the body does stays in the loop, which
 * scans the cell's outputs then; a loop of which nothing is left goes.
 */
final class LiftCells implements Pass {

    /** Slices that an x may be put together from: a hostile body can use one in exponentially many ways. */
    private static final int MOST_PARTS = 64;

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Lifting(graph, folding).run();
    }

    private static final class Lifting extends Rewriting {

        private final Folding folding;

        Lifting(Graph graph, Folding folding) {
            super(graph, folding);
            this.folding = folding;
        }

        @Override
        List<Value> node(Node node, List<Value> inputs) {
            if (!(node.op() instanceof Repeat repeat)) {
                return null;
            }
            OpenLoop loop = new OpenLoop(node, repeat, inputs);
            boolean any = false;
            while (liftOne(loop)) {
                any = true;
            }
            if (!any) {
                return null;
            }
            for (int i = loop.collectedCount() - 1; i >= 0; i--) {
                handOn(loop, i);
            }
            return loop.close(this);
        }

        private boolean liftOne(OpenLoop loop) {
            for (Node node : loop.body().nodes()) {
                CellStep step = CellStep.of(node);
                if (step == null) {
                    continue;
                }
                for (CellStep reading : step.readings()) {
                    if (lift(loop, reading)) {
                        return true;
                    }
                }
            }
            return false;
        }

        private boolean lift(OpenLoop loop, CellStep step) {
            Map<Value, Integer> uses = loop.body().uses();
            int h = state(loop, uses, step.h(), step.nextH());
            int c = step.hasCellState() ? state(loop, uses, step.c(), step.nextC()) : -1;
            if (h < 0 || step.hasCellState() && (c < 0 || !isHandedOn(uses, loop.after(c), step.nextC()))) {
                return false;
            }
            List<Boolean> directions = new ArrayList<>();
            if (!isLiftable(loop, step.x(), directions)) {
                return false;
            }
            boolean reverse = directions.get(0);
            Value x = lifted(loop, step.x()); // [T, 1, B, I]
            Value sequence = add(loop.name(), new Reshape(List.of(x.dim(0), step.x().dim(1), step.x().dim(2))), x);
            Value firstH = reshaped(loop, loop.initial(h), step.h().shape());
            Value firstC = c < 0 ? null : reshaped(loop, loop.initial(c), step.c().shape());
            List<Value> results =
                    addAll(step.node().name(), step.over(reverse), step.operands(sequence, firstH, firstC));
            Value lastH = reshaped(loop, results.get(1), loop.after(h).shape());
            Value lastC = c < 0 ? null : reshaped(loop, results.get(2), loop.after(c).shape());
            loop.dropCarried(h, lastH);
            if (c >= 0) {
                loop.dropCarried(c > h ? c - 1 : c, lastC);
            }
            replaceStep(loop, step, loop.scanAlso(results.get(0), new Repeat.Walk(0, reverse)));
            return true;
        }

        /** Which carried value is the step's state, and used by nothing else; -1 where none is. */
        private static int state(OpenLoop loop, Map<Value, Integer> uses, Value before, Value after) {
            for (int i = 0; before != null && i < loop.carriedCount(); i++) {
                boolean becomes = CellStep.viewed(before) == loop.before(i) && CellStep.viewed(loop.after(i)) == after
                        && loop.initial(i).type().equals(loop.before(i).type());
                if (becomes && isHandedOn(uses, before, loop.before(i))) {
                    return i;
                }
            }
            return -1;
        }

        /** Whether {@code from} is used for {@code to}, a reshape of it, and for nothing else. */
        private static boolean isHandedOn(Map<Value, Integer> uses, Value to, Value from) {
            Value value = to;
            while (value != from) {
                if (uses.getOrDefault(value, 0) != 1) {
                    return false;
                }
                value = value.producer().input(0);
            }
            return uses.getOrDefault(from, 0) == 1;
        }

        private void replaceStep(OpenLoop loop, CellStep step, Value slice) {
            loop.setBody(new Rewriting(loop.body(), folding) {
                @Override
                List<Value> node(Node node, List<Value> inputs) {
                    if (node != step.node()) {
                        return null;
                    }
                    Value y = add(node.name(), new Reshape(node.output().shape()), now(slice));
                    // nobody uses a new cell state
                    return step.hasCellState() ? List.of(y, now(slice), now(slice)) : List.of(y, now(slice));
                }
            }.run());
        }

        private static int scannedAt(OpenLoop loop, Value value) {
            for (int i = 0; i < loop.scannedCount(); i++) {
                if (loop.slice(i) == value && loop.whole(i).dim(loop.scan(i).axis()).equals(loop.trips())) {
                    return i;
                }
            }
            return -1;
        }

        /**
         * Whether a value of the body is put together from scanned slices alone, all in one direction.
         *
         * @param directions receives one per slice
         */
        private static boolean isLiftable(OpenLoop loop, Value value, List<Boolean> directions) {
            int scanned = scannedAt(loop, value);
            if (scanned >= 0) {
                directions.add(loop.scan(scanned).reverse());
                return directions.stream().distinct().count() == 1;
            }
            Node node = value.producer();
            return node != null && directions.size() < MOST_PARTS
                    && (node.op() instanceof Reshape || node.op() instanceof Concat)
                    && node.inputs().stream().allMatch(input -> isLiftable(loop, input, directions));
        }

        /** All that a value of the body is over the iterations, [T, ...]. */
        private Value lifted(OpenLoop loop, Value value) {
            int scanned = scannedAt(loop, value);
            if (scanned >= 0) {
                return moved(loop, loop.whole(scanned), loop.scan(scanned).axis(), 0);
            }
            Node node = value.producer();
            Value[] inputs =
                    node.inputs().stream().map(input -> lifted(loop, input)).toArray(Value[]::new);
            if (node.op() instanceof Concat concat) {
                return add(loop.name(), new Concat(concat.axis() + 1), inputs);
            }
            List<Dim> shape = new ArrayList<>(value.shape());
            shape.add(0, inputs[0].dim(0));
            return reshaped(loop, inputs[0], shape);
        }

        /** Gives a collected tensor directly where the body only hands on what it scans. */
        private void handOn(OpenLoop loop, int i) {
            List<Boolean> directions = new ArrayList<>();
            if (!isLiftable(loop, loop.given(i), directions)) {
                return;
            }
            Repeat.Walk walk = loop.collect(i);
            Value all = lifted(loop, loop.given(i));
            if (directions.get(0) != walk.reverse()) {
                List<Dim> starts = new ArrayList<>(Collections.nCopies(all.rank(), Dim.ZERO));
                List<Integer> strides = new ArrayList<>(Collections.nCopies(all.rank(), 1));
                starts.set(0, all.dim(0).minus(1));
                strides.set(0, -1);
                all = add(loop.name(), new Slice(starts, strides, all.shape()), all);
            }
            loop.dropCollected(i, moved(loop, all, 0, walk.axis()));
        }

        private Value reshaped(OpenLoop loop, Value value, List<Dim> shape) {
            return value.shape().equals(shape) ? value : add(loop.name(), new Reshape(shape), value);
        }

        /** With one axis elsewhere among the others. */
        private Value moved(OpenLoop loop, Value value, int from, int to) {
            List<Integer> order = Permutation.moving(value.rank(), from, to);
            return Permutation.isIdentity(order) ? value : add(loop.name(), new Transpose(order), value);
        }
    }
}
