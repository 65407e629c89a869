package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.Pad;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;

/** Padding: by a value, by the nearest frame, or by frames mirrored at the sequence's ends. */
final class PadRule {

    private PadRule() {}

    static List<Flow> pad(Site site) {
        Pad pad = (Pad) site.node().op();
        site.onlyMoving(0);
        Flow x = site.in(0);
        int axis = x.axis();
        Dim before = pad.before().get(axis);
        Dim after = pad.after().get(axis);
        if (!before.isConstant() || !after.isConstant()) {
            throw site.refuse("it pads time with " + before + " and " + after + " frames");
        }
        Flow padded = others(site, pad, x);
        if (before.is(0) && after.is(0)) {
            return List.of(site.output(0, padded.value(), axis, x.emission()));
        }
        return switch (pad.mode()) {
            case CONSTANT -> byValue(site, padded, before.constant());
            case EDGE, REFLECT -> byFrames(site, pad, padded, before.constant(), after.constant());
            case WRAP -> throw site.unbounded("it pads the beginning with what the end will be (mode WRAP)");
        };
    }

    /** Padded along all other axes than time. */
    private static Flow others(Site site, Pad pad, Flow x) {
        Pad others = new Pad(
                pad.mode(), StreamGraph.with(pad.before(), x.axis(), Dim.ZERO),
                StreamGraph.with(pad.after(), x.axis(), Dim.ZERO));
        boolean none = others.before().stream().allMatch(dim -> dim.is(0))
                && others.after().stream().allMatch(dim -> dim.is(0));
        return none ? x : Flow.frames(site.addAll(others, site.values()).get(0), x.axis(), x.emission(), x.total());
    }

    private static List<Flow> byValue(Site site, Flow x, long before) {
        Value value = site.in(1) == null ? null : site.in(1).value();
        if (value != null && !value.isConstant()) {
            throw site.refuse("it pads time with a value that is known only while it runs");
        }
        Literal frame = value == null
                ? Literal.splat(x.value().type().type(), 0, 1)
                : value.constant().reshape(1);
        Flow led = Windows.lead(site, x, before, frame);
        Dim total = site.node().output().dim(x.axis());
        Value y = Windows.FRAMES.cover(site, led, led.emission(), total, frame).value();
        return List.of(site.output(0, y, x.axis(), led.emission()));
    }

    /**
     * Each frame of the result is one of x, of a history and this call's. What is mirrored at the beginning waits for
     * the frame that comes first in the result, and all others wait as long.
     */
    private static List<Flow> byFrames(Site site, Pad pad, Flow x, long before, long after) {
        boolean mirrored = pad.mode() == Pad.Mode.REFLECT;
        Emission led = x.emission().lead(before);
        Emission emission = mirrored ? led.later(2 * before) : x.emission().at(1) > 0 ? led : led.later(before);
        Dim total = site.node().output().dim(x.axis());
        site.requireOpen(total);
        site.graph().survey().count(emission, before);
        long keep = after + 1;
        long end = Math.max(site.graph().survey().horizon(x.emission(), x.total()),
                site.graph().survey().horizon(emission, total)) + emission.period();
        for (long t = 0; t <= end || emission.at(t - emission.period()) < before; t++) {
            keep = Math.max(keep, x.emission().at(t) - Math.max(0, emission.at(t) - before));
        }
        Value all = Windows.withHistory(site, x, keep);
        Dim seen = site.timeline().before(x.emission());
        // extents are not below zero, places can be
        Value last = sum(site, site.extent(seen.plus(x.value().dim(x.axis()))), Site.number(-1));
        Value first = sum(site, site.extent(site.timeline().before(emission)), Site.number(-before));
        Value place = sum(site, site.count(site.frames(emission, total)), first);
        Value source = mirrored ? mirrored(site, place, last) : nearest(site, place, last);
        Value inAll = difference(site, sum(site, source, Site.number(keep)), site.extent(seen));
        return List.of(site.output(0, site.add(new Gather(x.axis()), all, inAll), x.axis(), emission));
    }

    /** Places from 0 to the last one. */
    private static Value nearest(Site site, Value place, Value last) {
        return site.add(new Binary(BinaryFn.MIN), site.add(new Binary(BinaryFn.MAX), place, Site.number(0)), last);
    }

    /** {@code last − |last − |place||}: no frame that comes before the end is beyond the last one so far. */
    private static Value mirrored(Site site, Value place, Value last) {
        Value away = difference(site, last, site.add(Unary.of(UnaryFn.ABS), place));
        return difference(site, last, site.add(Unary.of(UnaryFn.ABS), away));
    }

    private static Value sum(Site site, Value a, Value b) {
        return site.add(new Binary(BinaryFn.ADD), a, b);
    }

    private static Value difference(Site site, Value a, Value b) {
        return site.add(new Binary(BinaryFn.SUB), a, b);
    }
}
