package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.Repeat;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.ScatterNd;
import dev.lanewise.compiler.op.ScatterReduction;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Says of loops what they do in the words of {@link Repeat}, as loops written by counting do not: what is
 * carried and never changes is captured, what counts iterations is computed from the iteration, what is taken
 * out of a tensor by the iteration is scanned, and what is put into one is collected. What is collected for
 * nobody goes.
 */
final class SimplifyLoops implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                if (!(node.op() instanceof Repeat repeat)) {
                    return null;
                }
                OpenLoop loop = new OpenLoop(node, repeat, inputs);
                boolean any = false;
                for (int i = loop.collectedCount() - 1; i >= 0; i--) {
                    if (!isUsed(node.outputs().get(repeat.carried() + i))) {
                        loop.dropCollected(i, null);
                        any = true;
                    }
                }
                loop.setBody(loop.body().withoutUnused());
                for (int i = loop.carriedCount() - 1; i >= 0; i--) {
                    if (loop.after(i) == loop.before(i)
                            && loop.initial(i).type().equals(loop.before(i).type())) {
                        loop.captureCarried(i);
                        any = true;
                    } else if (isCounter(loop, i) && !isUsed(node.outputs().get(i))) {
                        count(loop, i, folding);
                        any = true;
                    }
                }
                any |= scanGathered(loop, folding);
                for (int i = loop.carriedCount() - 1; i >= 0; i--) {
                    if (isFilled(loop, i)) {
                        collect(loop, i, folding);
                        any = true;
                    }
                }
                return any ? loop.close(this) : null;
            }
        }.run();
    }

    /** Whether a carried value is a number that begins as a known one and grows by a known one. */
    private static boolean isCounter(OpenLoop loop, int i) {
        Value before = loop.before(i);
        return before.type().type().isInteger() && before.type().size().is(1) && step(loop, i) != null
                && loop.initial(i).isConstant();
    }

    /** What is added to a carried number in each iteration, {@code null} where something else happens to it. */
    static Value step(OpenLoop loop, int i) {
        Value before = loop.before(i);
        Pattern added = Pattern.any().where(Value::isConstant);
        Match found = Pattern.sum(Pattern.any().where(value -> value == before), added).in(loop.after(i));
        return found == null ? null : found.get(added);
    }

    /** Computes a counter from the iteration: {@code start + iteration · step}. */
    private static void count(OpenLoop loop, int i, Folding folding) {
        Value before = loop.before(i);
        Value iteration = loop.body().inputs().get(0).value();
        long start = loop.initial(i).constant().longAt(0);
        long step = step(loop, i).constant().longAt(0);
        loop.setBody(new Rewriting(loop.body(), folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                return null;
            }

            @Override
            void begin() {
                Value counter = now(iteration);
                DType type = before.type().type();
                if (step != 1) {
                    counter = add(loop.name(), new Binary(BinaryFn.MUL), counter, number(step));
                }
                if (start != 0) {
                    counter = add(loop.name(), new Binary(BinaryFn.ADD), counter, number(start));
                }
                if (type != DType.I64) {
                    counter = add(loop.name(), new Cast(type, true), counter);
                }
                replace(before, counter.shape().equals(before.shape())
                        ? counter
                        : add(loop.name(), new Reshape(before.shape()), counter));
            }

            private Value number(long value) {
                return Value.constant(loop.name(), Literal.scalar(value));
            }
        }.run());
        loop.dropCarried(i, null);
    }

    /** Scans what is gathered by the iteration out of a tensor from outside that has one slice for each. */
    private static boolean scanGathered(OpenLoop loop, Folding folding) {
        Map<Node, Value> slices = new HashMap<>();
        for (Node node : loop.body().nodes()) {
            if (node.op() instanceof Gather gather && node.input(1).type().size().is(1)) {
                int captured = loop.captureOf(node.input(0));
                Boolean reverse = captured < 0 ? null : loop.direction(node.input(1));
                if (reverse != null && node.input(0).dim(gather.axis()).equals(loop.trips())) {
                    slices.put(node, loop.scanAlso(loop.captured(captured), new Repeat.Walk(gather.axis(), reverse)));
                }
            }
        }
        if (slices.isEmpty()) {
            return false;
        }
        loop.setBody(new Rewriting(loop.body(), folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                Value slice = slices.get(node);
                return slice == null
                        ? null
                        : List.of(add(node.name(), new Reshape(node.output().shape()), now(slice)));
            }
        }.run());
        return true;
    }

    /** Whether a carried tensor gets one row in each iteration, so that in the end none is left of what it was. */
    private static boolean isFilled(OpenLoop loop, int i) {
        Value before = loop.before(i);
        Value after = loop.after(i);
        ScatterNd scatter = Rewriting.producer(after, ScatterNd.class);
        return scatter != null && scatter.reduction() == ScatterReduction.NONE
                && after.producer().input(0) == before && after.producer().input(1).type().size().is(1)
                && loop.isIteration(after.producer().input(1)) && before.dim(0).equals(loop.trips())
                && after.producer().input(1).dim(after.producer().input(1).rank() - 1).is(1)
                && before.type().equals(loop.initial(i).type()) && before.type().equals(after.type())
                && loop.body().uses().get(before) == 1 && loop.body().uses().get(after) == 1;
    }

    /** Collects the rows instead. */
    private static void collect(OpenLoop loop, int i, Folding folding) {
        ValueType whole = loop.before(i).type();
        Node scatter = loop.after(i).producer();
        loop.setBody(new Rewriting(loop.body(), folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                return node != scatter
                        ? null
                        : List.of(add(node.name(), new Reshape(whole.shape().subList(1, whole.rank())), inputs.get(2)));
            }
        }.run());
        loop.collectCarried(i, new Repeat.Walk(0, false), whole);
    }
}
