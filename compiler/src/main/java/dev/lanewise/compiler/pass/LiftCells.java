package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Extents;
import dev.lanewise.compiler.op.Repeat;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes recurrent cells out of loops: a step whose state the loop carries, and whose x comes from what the
 * loop scans, becomes an operation over the whole sequence. What else the body does stays in the loop, which
 * scans the cell's outputs then; a loop of which nothing is left goes. A state that each row keeps when its
 * sequence has ended makes lengths of sequences; one that it keeps where a mask says so, sequences with gaps.
 */
final class LiftCells implements Pass {

    /** Whether sequences may have gaps. A stream goes on with a loop; with sequences that are packed, it cannot. */
    private final boolean gaps;

    LiftCells(boolean gaps) {
        this.gaps = gaps;
    }

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Lifting(graph, folding, gaps).run();
    }

    private static final class Lifting extends Rewriting {

        private final Folding folding;
        private final boolean gaps;

        Lifting(Graph graph, Folding folding, boolean gaps) {
            super(graph, folding);
            this.folding = folding;
            this.gaps = gaps;
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
            LoopSequence x = LoopSequence.of(loop, step.x());
            boolean known = h != null && x != null && (!step.hasCellState() || c != null);
            boolean told = known && h.mask() != null && h.mask().rows() instanceof RunningRows.Told;
            if (!known || told && !gaps
                    || !(h.mask() == null ? isFree(loop, step, h, c) : isFreeButMasked(loop, step, h, c))) {
                return false;
            }
            Value firstH = reshaped(loop, loop.initial(h.index()), step.h().shape());
            Value firstC = c == null ? null : reshaped(loop, loop.initial(c.index()), step.c().shape());
            Lifted lifted = over(loop, step, x, h.mask(), firstH, firstC);
            Value lastH = reshaped(loop, lifted.results.get(1), loop.after(h.index()).shape());
            Value lastC = c == null ? null : reshaped(loop, lifted.results.get(2), loop.after(c.index()).shape());
            Value before = loop.before(h.index());
            Value initial = loop.initial(h.index());
            loop.dropCarried(h.index(), lastH);
            if (c != null) {
                loop.dropCarried(c.index() > h.index() ? c.index() - 1 : c.index(), lastC);
            }
            Value slice = loop.scanAlso(lifted.y, new Repeat.Walk(0, lifted.reverse));
            Value kept = h.mask() == null ? null
                    : told ? slice
                    : loop.captureAlso(lifted.reverse ? initial : lastH); // backwards, sequences begin late
            replaceStep(loop, step, slice, h.mask(), before, kept);
            return true;
        }

        /**
         * A cell over the whole sequence.
         *
         * @param y [T, B, H] the state after each iteration; beyond the lengths of a mask by lengths, zeros
         * @param reverse whether the first iteration has the last row of y
         */
        private record Lifted(List<Value> results, Value y, boolean reverse) {}

        private Lifted over(OpenLoop loop, CellStep step, LoopSequence x, RowMask mask, Value firstH, Value firstC) {
            List<Dim> shape = List.of(loop.trips(), step.x().dim(1), step.x().dim(2));
            if (mask != null && mask.rows() instanceof RunningRows.Told told) {
                Value running = LoopSequence.of(loop, told.condition()).addTo(this, x.reverse());
                running = reshaped(loop, running, shape.subList(0, 2));
                running = told.holds() ? running : add(loop.name(), Unary.of(UnaryFn.NOT), running);
                PackedRows rows = new PackedRows(this, loop.name(), running, x.reverse());
                Value packed = rows.packed(reshaped(loop, x.addTo(this, x.reverse()), shape));
                List<Value> results = addAll(step.node().name(), step.over(false),
                        step.operands(packed, rows.lengths(), firstH, firstC));
                return new Lifted(results, rows.unpacked(results.get(0), firstH), x.reverse());
            }
            boolean reverse = mask == null ? x.reverse() : ((RunningRows.Within) mask.rows()).backwards();
            Value lengths = mask == null ? null : lengths(loop, (RunningRows.Within) mask.rows(), shape.get(1));
            Value sequence = reshaped(loop, x.addTo(this, reverse), shape);
            List<Value> results =
                    addAll(step.node().name(), step.over(reverse), step.operands(sequence, lengths, firstH, firstC));
            return new Lifted(results, results.get(0), reverse);
        }

        /** Whether nothing but the step uses its states, and nothing at all the cell states between. */
        private static boolean isFree(OpenLoop loop, CellStep step, CarriedState h, CarriedState c) {
            Map<Value, Integer> uses = loop.body().uses();
            return isHandedOn(uses, step.h(), loop.before(h.index()))
                    && (c == null || c.mask() == null
                            && isHandedOn(uses, step.c(), loop.before(c.index()))
                            && isHandedOn(uses, loop.after(c.index()), step.nextC()));
        }

        /** The same, but for masks of the same rows; what the step makes beyond these is not seen. */
        private static boolean isFreeButMasked(OpenLoop loop, CellStep step, CarriedState h, CarriedState c) {
            boolean states = usedBy(loop, loop.before(h.index()), step.node(), h.mask().node())
                    && (c == null || h.mask().hasRowsOf(c.mask())
                            && usedBy(loop, loop.before(c.index()), step.node(), c.mask().node())
                            && usedBy(loop, step.nextC(), c.mask().node())
                            && isHandedOn(loop.body().uses(), loop.after(c.index()), c.mask().node().output()));
            return states && isMasked(loop, step.node().output(), h.mask()) && isMasked(loop, step.nextH(), h.mask());
        }

        private static boolean usedBy(OpenLoop loop, Value value, Node... nodes) {
            Set<Node> users = loop.users(value);
            return users != null && Set.of(nodes).containsAll(users);
        }

        private static boolean isMasked(OpenLoop loop, Value value, RowMask like) {
            Set<Node> users = loop.users(value);
            return users != null && users.stream().allMatch(user -> isMask(loop, user, value, like));
        }

        private static boolean isMask(OpenLoop loop, Node node, Value running, RowMask like) {
            return RowMask.readings(loop, node).stream()
                    .anyMatch(mask -> like.hasRowsOf(mask) && CellStep.viewed(mask.running()) == running
                            && CellStep.viewed(mask.stopped()) != running);
        }

        /** Lengths as the operations take them, i32 [B], none longer than the sequence. */
        private Value lengths(OpenLoop loop, RunningRows.Within mask, Dim rows) {
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
         * @param last what the state is where rows do not run, where there is a mask
         */
        private void replaceStep(
                OpenLoop loop, CellStep step, Value slice, RowMask mask, Value before, Value last) {
            loop.setBody(new Rewriting(loop.body(), folding) {
                @Override
                void begin() {
                    if (mask != null) {
                        replace(before, now(last));
                    }
                }

                @Override
                List<Value> node(Node node, List<Value> inputs) {
                    if (mask != null && isMaskOfNothingElse(node)) {
                        return List.of(add(node.name(), new Reshape(node.output().shape()), now(slice)));
                    }
                    if (node != step.node()) {
                        return null;
                    }
                    Value y = add(node.name(), new Reshape(node.output().shape()), now(slice));
                    // nobody uses a new cell state
                    return step.hasCellState() ? List.of(y, now(slice), now(slice)) : List.of(y, now(slice));
                }

                /** Where rows do not run, y is zero already, or the state that was kept. */
                private boolean isMaskOfNothingElse(Node node) {
                    boolean told = mask.rows() instanceof RunningRows.Told;
                    return RowMask.readings(loop, node).stream()
                            .anyMatch(same -> mask.hasRowsOf(same)
                                    && CellStep.viewed(same.running()).producer() == step.node()
                                    && (told
                                            ? CellStep.viewed(same.stopped()) == before
                                            : Pattern.number(0).in(same.stopped()) != null));
                }
            }.run());
        }

        /** Gives a collected tensor directly where the body only hands on what it scans. */
        private void handOn(OpenLoop loop, int i) {
            LoopSequence given = LoopSequence.of(loop, loop.given(i));
            if (given != null) {
                Repeat.Walk walk = loop.collect(i);
                Value all = given.addTo(this, walk.reverse());
                List<Integer> order = Permutation.moving(all.rank(), 0, walk.axis());
                loop.dropCollected(
                        i, Permutation.isIdentity(order) ? all : add(loop.name(), new Transpose(order), all));
            }
        }

        private Value reshaped(OpenLoop loop, Value value, List<Dim> shape) {
            return value.shape().equals(shape) ? value : add(loop.name(), new Reshape(shape), value);
        }
    }
}
