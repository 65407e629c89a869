package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Extents;
import dev.lanewise.compiler.op.Repeat;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes recurrent cells out of loops: a step whose state the loop carries, and whose x comes from what the
 * loop scans, becomes an operation over the whole sequence. What else the body does stays in the loop, which
 * scans the cell's outputs then; a loop of which nothing is left goes. A state that each row keeps when its
 * sequence has ended makes lengths of sequences.
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
            CarriedState h = CarriedState.of(loop, step.h(), step.nextH());
            CarriedState c = step.hasCellState() ? CarriedState.of(loop, step.c(), step.nextC()) : null;
            List<Boolean> directions = new ArrayList<>();
            if (h == null || step.hasCellState() && c == null || !isLiftable(loop, step.x(), directions)) {
                return false;
            }
            boolean reverse = directions.get(0);
            boolean free = h.mask() == null ? isFree(loop, step, h, c) : !reverse && isFreeButMasked(loop, step, h, c);
            if (!free) {
                return false;
            }
            Value x = lifted(loop, step.x()); // [T, 1, B, I]
            Value sequence = add(loop.name(), new Reshape(List.of(x.dim(0), step.x().dim(1), step.x().dim(2))), x);
            Value lengths = h.mask() == null ? null : lengths(loop, h.mask(), sequence.dim(1));
            Value firstH = reshaped(loop, loop.initial(h.index()), step.h().shape());
            Value firstC = c == null ? null : reshaped(loop, loop.initial(c.index()), step.c().shape());
            List<Value> results =
                    addAll(step.node().name(), step.over(reverse), step.operands(sequence, lengths, firstH, firstC));
            Value lastH = reshaped(loop, results.get(1), loop.after(h.index()).shape());
            Value lastC = c == null ? null : reshaped(loop, results.get(2), loop.after(c.index()).shape());
            Value before = loop.before(h.index());
            loop.dropCarried(h.index(), lastH);
            if (c != null) {
                loop.dropCarried(c.index() > h.index() ? c.index() - 1 : c.index(), lastC);
            }
            Value slice = loop.scanAlso(results.get(0), new Repeat.Walk(0, reverse));
            replaceStep(loop, step, slice, h.mask(), before, h.mask() == null ? null : loop.captureAlso(lastH));
            return true;
        }

        /** Whether nothing but the step uses its states, and nothing at all the cell states between. */
        private static boolean isFree(OpenLoop loop, CellStep step, CarriedState h, CarriedState c) {
            Map<Value, Integer> uses = loop.body().uses();
            return isHandedOn(uses, step.h(), loop.before(h.index()))
                    && (c == null || c.mask() == null
                            && isHandedOn(uses, step.c(), loop.before(c.index()))
                            && isHandedOn(uses, loop.after(c.index()), step.nextC()));
        }

        /** The same, but for masks of the same lengths; what the step makes beyond these is not seen. */
        private static boolean isFreeButMasked(OpenLoop loop, CellStep step, CarriedState h, CarriedState c) {
            boolean states = usedBy(loop, loop.before(h.index()), step.node(), h.mask().node())
                    && (c == null || h.mask().hasLengthsOf(c.mask())
                            && usedBy(loop, loop.before(c.index()), step.node(), c.mask().node())
                            && usedBy(loop, step.nextC(), c.mask().node())
                            && isHandedOn(loop.body().uses(), loop.after(c.index()), c.mask().node().output()));
            return states && isMasked(loop, step.node().output(), h.mask()) && isMasked(loop, step.nextH(), h.mask());
        }

        private static boolean usedBy(OpenLoop loop, Value value, Node... nodes) {
            Set<Node> users = loop.users(value);
            return users != null && Set.of(nodes).containsAll(users);
        }

        private static boolean isMasked(OpenLoop loop, Value value, LengthMask like) {
            Set<Node> users = loop.users(value);
            return users != null && users.stream().allMatch(user -> isMask(loop, user, value, like));
        }

        private static boolean isMask(OpenLoop loop, Node node, Value running, LengthMask like) {
            LengthMask mask = LengthMask.of(loop, node);
            return like.hasLengthsOf(mask) && CellStep.viewed(mask.running()) == running
                    && CellStep.viewed(mask.stopped()) != running;
        }

        /** Lengths as the operations take them, i32 [B], none longer than the sequence. */
        private Value lengths(OpenLoop loop, LengthMask mask, Dim rows) {
            Value given = reshaped(loop, loop.captured(loop.captureOf(mask.lengths())), List.of(rows));
            Value wide = given.type().type() == DType.I64 ? given : add(loop.name(), new Cast(DType.I64, true), given);
            Value zero = Value.constant(loop.name(), Literal.scalar(0L));
            Value positive = add(loop.name(), new Binary(BinaryFn.MAX), wide, zero);
            Value most = add(loop.name(), new Extents(List.of(loop.trips()), true));
            return add(
                    loop.name(), new Cast(DType.I32, true), add(loop.name(), new Binary(BinaryFn.MIN), positive, most));
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

        /**
         * Puts a slice of the cell's outputs in the step's place.
         *
         * @param mask by which the state is kept, {@code null} where there is none
         * @param before the state that was carried
         * @param last what the state is beyond the lengths of the mask, where there is one
         */
        private void replaceStep(
                OpenLoop loop, CellStep step, Value slice, LengthMask mask, Value before, Value last) {
            loop.setBody(new Rewriting(loop.body(), folding) {
                @Override
                void begin() {
                    if (mask != null) {
                        replace(before, now(last));
                    }
                }

                @Override
                List<Value> node(Node node, List<Value> inputs) {
                    if (mask != null && isMaskOfZeros(node)) {
                        return List.of(add(node.name(), new Reshape(node.output().shape()), now(slice)));
                    }
                    if (node != step.node()) {
                        return null;
                    }
                    Value y = add(node.name(), new Reshape(node.output().shape()), now(slice));
                    // nobody uses a new cell state
                    return step.hasCellState() ? List.of(y, now(slice), now(slice)) : List.of(y, now(slice));
                }

                /** Beyond its lengths the cell's outputs are zero already. */
                private boolean isMaskOfZeros(Node node) {
                    LengthMask zeros = LengthMask.of(loop, node);
                    return mask.hasLengthsOf(zeros) && Pattern.number(0).in(zeros.stopped()) != null
                            && CellStep.viewed(zeros.running()).producer() == step.node();
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
