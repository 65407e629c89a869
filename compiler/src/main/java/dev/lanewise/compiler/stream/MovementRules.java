package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.Pad;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Transpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Operations that move elements without looking at them. */
final class MovementRules {

    private MovementRules() {}

    static void register(Map<Class<? extends Op>, Rule> rules) {
        rules.put(Transpose.class, MovementRules::transpose);
        rules.put(Reshape.class, MovementRules::reshape);
        rules.put(Slice.class, SliceRule::slice);
        rules.put(Concat.class, MovementRules::concat);
        rules.put(Expand.class, MovementRules::expand);
        rules.put(Pad.class, PadRule::pad);
        rules.put(Gather.class, MovementRules::gather);
    }

    private static List<Flow> transpose(Site site) {
        Transpose transpose = (Transpose) site.node().op();
        Flow x = site.in(0);
        return site.copy(x, transpose, transpose.permutation().indexOf(x.axis()));
    }

    /**
     * Time keeps its axis; or it takes in some of the elements of each frame, which are frames then
     * ({@code [T, c] → [T · c]}); or some frames become one ({@code [T] → [T / c, c]}).
     */
    private static List<Flow> reshape(Site site) {
        Flow x = site.in(0);
        List<Dim> from = site.node().input(0).shape();
        List<Dim> to = site.node().output().shape();
        Dim before = ValueType.product(from.subList(0, x.axis()));
        Dim behind = ValueType.product(from.subList(x.axis() + 1, from.size()));
        for (int axis = 0; axis < to.size(); axis++) {
            if (site.graph().hasLength(to.get(axis)) && ValueType.product(to.subList(0, axis)).equals(before)) {
                Dim rest = ValueType.product(to.subList(axis + 1, to.size()));
                Dim split = behind.exactQuotient(rest);
                if (split != null && split.isConstant()) {
                    return reshaped(site, x.value(), axis, x.emission().times(split.constant()));
                }
                Dim merged = rest.exactQuotient(behind);
                if (merged != null && merged.isConstant()) {
                    Windows windows = new Windows(0, merged.constant(), merged.constant());
                    Emission emission = windows.emission(x);
                    Value whole = windows.cover(site, x, emission, to.get(axis), null).value();
                    return reshaped(site, whole, axis, emission);
                }
            }
        }
        throw site.refuse("it merges time with another axis, from " + from + " to " + to
                + " (where that is the batch, fix it with --dim)");
    }

    private static List<Flow> reshaped(Site site, Value x, int axis, Emission emission) {
        List<Dim> to = site.node().output().shape();
        List<Dim> shape = StreamGraph.with(to, axis, site.frames(emission, to.get(axis)));
        return List.of(site.output(0, site.add(new Reshape(shape), x), axis, emission));
    }

    private static List<Flow> concat(Site site) {
        Concat concat = (Concat) site.node().op();
        List<Flow> moving = site.of(Flow.Kind.FRAMES);
        int axis = moving.get(0).axis();
        if (moving.stream().anyMatch(flow -> flow.axis() != axis)) {
            throw site.unbounded("it meets each frame with every other");
        }
        if (concat.axis() == axis) {
            return endToEnd(site, axis);
        }
        if (moving.size() < site.inputs().size()) {
            throw site.refuse("one of its operands holds a value for each frame of a sequence of fixed length");
        }
        Join join = Join.of(site, site.node().output().dim(axis));
        return List.of(site.output(0, site.addAll(concat, join.values()).get(0), axis, join.emission()));
    }

    /** One after another along time: fixed values before the sequence, or behind it. */
    private static List<Flow> endToEnd(Site site, int axis) {
        Timeline time = site.timeline();
        List<Value> parts = new ArrayList<>();
        Emission emission = null;
        for (Flow flow : site.inputs()) {
            if (flow.moves() && emission != null) {
                throw site.unbounded("it puts one sequence behind another");
            }
            if (flow.moves()) {
                emission = flow.emission();
                parts.add(flow.value());
                continue;
            }
            Dim extent = flow.value().dim(axis);
            if (!extent.isConstant()) {
                throw site.refuse("it puts " + extent + " frames before or behind the sequence");
            }
            Dim here = emission == null ? time.begun().minus(time.begunBefore()) : time.ended();
            parts.add(site.add(
                    Slice.along(axis, Dim.ZERO, here.times(extent), flow.value().shape()), flow.value()));
        }
        long before = 0;
        for (Flow flow : site.inputs()) {
            if (flow.moves()) {
                break;
            }
            before += flow.value().dim(axis).constant();
        }
        Value all = site.addAll(new Concat(axis), parts).get(0);
        return List.of(site.output(0, all, axis, emission.lead(before)));
    }

    private static List<Flow> expand(Site site) {
        Expand expand = (Expand) site.node().op();
        Flow x = site.in(0);
        int rank = site.node().output().rank();
        int axis = rank - (x.value().rank() - x.axis());
        int own = axis - rank + expand.shape().size();
        List<Dim> shape = own < 0
                ? expand.shape()
                : StreamGraph.with(expand.shape(), own, x.value().dim(x.axis()));
        return List.of(site.output(0, site.add(new Expand(shape), x.value()), axis, x.emission()));
    }

    /** One value for each frame of the input; {@code null} where it is not that. */
    static List<Flow> spread(Site site) {
        List<Dim> shape = site.node().output().shape();
        int axis = -1;
        for (int i = 0; i < shape.size(); i++) {
            if (site.graph().hasLength(shape.get(i))) {
                if (axis >= 0 || shape.get(i).asSymbol() == null) {
                    return null;
                }
                axis = i;
            }
        }
        if (axis < 0 || !site.in(0).kind().equals(Flow.Kind.STILL)) {
            return null;
        }
        Expand onChunk = new Expand(StreamGraph.with(shape, axis, site.timeline().chunk()));
        return List.of(site.output(0, site.add(onChunk, site.in(0).value()), axis, Emission.INPUT));
    }

    private static List<Flow> gather(Site site) {
        Gather gather = (Gather) site.node().op();
        Flow x = site.in(0);
        Flow indices = site.in(1);
        if (x.moves() && (indices.moves() || x.axis() == gather.axis())) {
            throw site.refuse("it chooses by absolute places in the sequence");
        }
        if (indices.moves()) {
            return site.copy(indices, gather, gather.axis() + indices.axis());
        }
        return site.copy(
                x, gather, x.axis() < gather.axis() ? x.axis() : x.axis() - 1 + indices.value().rank());
    }
}
