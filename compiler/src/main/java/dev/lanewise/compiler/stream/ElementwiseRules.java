package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.BitCast;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.GatherElements;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.compiler.op.Where;
import java.util.List;
import java.util.Map;

/** Operations in which a frame of the result is made of the same frame of each operand; products among them. */
final class ElementwiseRules {

    private ElementwiseRules() {}

    static void register(Map<Class<? extends Op>, Rule> rules) {
        rules.put(Unary.class, ElementwiseRules::broadcast);
        rules.put(Cast.class, ElementwiseRules::broadcast);
        rules.put(BitCast.class, ElementwiseRules::broadcast);
        rules.put(Binary.class, ElementwiseRules::broadcast);
        rules.put(Where.class, ElementwiseRules::broadcast);
        rules.put(GatherElements.class, ElementwiseRules::gather);
        rules.put(MatMul.class, ElementwiseRules::product);
    }

    private static List<Flow> broadcast(Site site) {
        int rank = site.node().output().rank();
        int fromEnd = -1;
        for (Flow flow : site.of(Flow.Kind.FRAMES)) {
            int at = flow.value().rank() - flow.axis();
            if (fromEnd >= 0 && at != fromEnd) {
                throw site.unbounded("it meets each frame with every other");
            }
            fromEnd = at;
        }
        requireRepeated(site, fromEnd);
        int axis = rank - fromEnd;
        Join join = Join.of(site, site.node().output().dim(axis));
        Value y = site.addAll(site.node().op(), join.values()).get(0);
        return List.of(site.output(0, y, axis, join.emission()));
    }

    /** What is the same in each call must be the same for each frame. */
    private static void requireRepeated(Site site, int fromEnd) {
        for (Flow still : site.of(Flow.Kind.STILL)) {
            int axis = still.value().rank() - fromEnd;
            if (axis >= 0 && !still.value().dim(axis).is(1)) {
                throw site.refuse("its operand " + still.value() + " holds a value for each frame of a sequence of"
                        + " fixed length");
            }
        }
    }

    private static List<Flow> gather(Site site) {
        Flow x = site.in(0);
        Flow indices = site.in(1);
        int along = ((GatherElements) site.node().op()).axis();
        if (!x.moves() || !indices.moves() || x.axis() != indices.axis() || x.axis() == along) {
            throw site.refuse("it chooses by absolute places in the sequence");
        }
        Join join = Join.of(site, site.node().output().dim(x.axis()));
        Value y = site.addAll(site.node().op(), join.values()).get(0);
        return List.of(site.output(0, y, x.axis(), join.emission()));
    }

    private static List<Flow> product(Site site) {
        MatMul product = (MatMul) site.node().op();
        Flow a = site.in(0);
        Flow b = site.in(1);
        if (site.in(2) != null && site.in(2).moves()) {
            throw site.refuse("its bias changes with time");
        }
        if (product.transA()) {
            throw site.refuse("its left side is transposed");
        }
        int fromEndA = a.moves() ? a.value().rank() - a.axis() : 0;
        int fromEndB = b.moves() ? b.value().rank() - b.axis() : 0;
        int columns = product.transB() ? 2 : 1;
        if (fromEndA == 1 || fromEndB == 3 - columns) {
            throw site.unbounded("it sums over time");
        }
        if (a.moves() && b.moves() && (fromEndA <= 2 || fromEndA != fromEndB)) {
            throw site.unbounded("it meets each frame with every other (attention can be streamed where it is one"
                    + " operation, causal, with a window)");
        }
        if (fromEndA > 2 || fromEndB > 2) {
            requireRepeated(site, Math.max(fromEndA, fromEndB));
        }
        int fromEnd = a.moves() ? fromEndA : fromEndB > 2 ? fromEndB : 1;
        int axis = site.node().output().rank() - fromEnd;
        Join join = Join.of(site, site.node().output().dim(axis));
        Value y = site.addAll(product, join.values()).get(0);
        return List.of(site.output(0, y, axis, join.emission()));
    }
}
