package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Slice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Windows that slide over time: gives a call the frames that its own windows cover, those of the past
 * from a history. The history is the last {@code keep} frames of the value, of fixed extent; it is zeros
 * before the first call, which is what padding with zeros means. Which of these frames are still needed
 * follows from the position.
 *
 * @param lead frames of padding before the first one; below zero, frames that are cropped
 * @param reach frames under one window
 * @param stride frames from one window to the next
 */
record Windows(long lead, long reach, long stride) {

    /** Each frame by itself: what lines up values that come at different times. */
    static final Windows FRAMES = new Windows(0, 1, 1);

    /**
     * What a call's windows cover.
     *
     * @param value along the axis {@code (n − 1) · stride + reach} frames for n windows, or, where no window
     *     is complete, any number of which {@code n = 0} windows follow
     * @param stride of the windows in {@code value}
     */
    record Covered(Value value, long stride) {}

    /** The timing of one frame for each window. */
    Emission emission(Flow x) {
        return x.emission().windows(lead, reach, stride);
    }

    /**
     * The frames that the windows of this call cover.
     *
     * @param emission of the windows: no more than are complete
     * @param total windows of the whole sequence
     * @param padding what stands behind the last frame, where windows reach beyond it
     */
    Covered cover(Site site, Flow x, Emission emission, Dim total, Literal padding) {
        if (reach < stride) {
            return apart(site, x, emission, total, padding);
        }
        if (this.equals(FRAMES) && emission.equals(x.emission()) && total.equals(x.total())) {
            return new Covered(x.value(), 1);
        }
        Timeline time = site.timeline();
        int axis = x.axis();
        long keep = keep(site, x, emission, total);
        Value all = withHistory(site, x, keep);
        long beyond = beyond(site, x, emission, total);
        if (beyond > 0) {
            Value behind = fill(site, padding, x.value().shape(), axis, time.ended().times(beyond));
            all = site.add(new Concat(axis), all, behind);
        }
        Dim frames = site.frames(emission, total).times(stride).plus(reach - stride);
        if (frames.equals(all.dim(axis))) {
            return new Covered(all, stride);
        }
        Dim start = time.before(emission).times(stride).plus(keep - lead).minus(time.before(x.emission()));
        if (reach > stride) {
            start = start.min(all.dim(axis).minus(frames)); // differs where no window is complete
        }
        return new Covered(site.add(Slice.along(axis, start, frames, all.shape()), all), stride);
    }

    /** Windows with gaps between them: the gaps are taken for parts of the windows, and then taken out. */
    private Covered apart(Site site, Flow x, Emission emission, Dim total, Literal padding) {
        long gap = stride - reach;
        Value touching = new Windows(lead + gap, stride, stride).cover(site, x, emission, total, padding).value;
        int axis = x.axis();
        Dim n = site.frames(emission, total);
        List<Dim> rows = new ArrayList<>(StreamGraph.with(touching.shape(), axis, n));
        rows.add(axis + 1, Dim.of(stride));
        Value windows = site.add(new Reshape(rows), touching);
        Value kept = site.add(Slice.along(axis + 1, Dim.of(gap), Dim.of(reach), rows), windows);
        List<Dim> together = StreamGraph.with(touching.shape(), axis, n.times(reach));
        return new Covered(site.add(new Reshape(together), kept), reach);
    }

    /** The most frames of the past that are ever needed. */
    private long keep(Site site, Flow x, Emission emission, Dim total) {
        site.requireOpen(x.total());
        site.requireOpen(total);
        long keep = reach - stride;
        long end = Math.max(site.graph().survey().horizon(x.emission(), x.total()),
                site.graph().survey().horizon(emission, total)) + emission.period();
        for (long t = 0; t <= end; t++) {
            keep = Math.max(keep, lead + x.emission().at(t) - stride * emission.at(t));
        }
        return keep;
    }

    /** By how many frames the last window of a sequence reaches beyond its end, at most. */
    private long beyond(Site site, Flow x, Emission emission, Dim total) {
        long beyond = 0;
        Survey survey = site.graph().survey();
        long end = Math.max(survey.horizon(x.emission(), x.total()), survey.horizon(emission, total))
                + emission.period();
        for (long t = 1; t <= end; t++) {
            long windows = survey.total(total, t);
            beyond = windows == 0
                    ? beyond
                    : Math.max(beyond, (windows - 1) * stride + reach - lead - survey.total(x.total(), t));
        }
        return beyond;
    }

    /** The last {@code keep} frames before this call's, and this call's. */
    static Value withHistory(Site site, Flow x, long keep) {
        if (keep == 0) {
            return x.value();
        }
        int axis = x.axis();
        ValueType type = x.value().type();
        List<Dim> kept = StreamGraph.with(type.shape(), axis, Dim.of(keep));
        Value history = site.graph().state(site.node(), new ValueType(type.type(), kept));
        Value all = site.add(new Concat(axis), history, x.value());
        Value next = site.add(Slice.along(axis, x.value().dim(axis), Dim.of(keep), all.shape()), all);
        site.graph().builder().next(history.name(), history, next);
        return all;
    }

    /** The last {@code frames} frames that there are after this call; zeros where there are not as many. */
    static Value last(Site site, Flow x, long frames) {
        Value all = withHistory(site, x, frames);
        return site.add(Slice.along(x.axis(), x.value().dim(x.axis()), Dim.of(frames), all.shape()), all);
    }

    /** {@code frames} frames of one value. */
    static Value fill(Site site, Literal value, List<Dim> shape, int axis, Dim frames) {
        Value one = Value.constant(
                site.node().name(), value.reshape(Collections.nCopies(shape.size(), 1).stream()
                        .mapToInt(extent -> extent)
                        .toArray()));
        return site.add(new Expand(StreamGraph.with(shape, axis, frames)), one);
    }

    /** A value behind {@code frames} frames of padding, which come with the first call. */
    static Flow lead(Site site, Flow x, long frames, Literal padding) {
        if (frames == 0) {
            return x;
        }
        Timeline time = site.timeline();
        Dim now = time.begun().minus(time.begunBefore()).times(frames);
        Value front = fill(site, padding, x.value().shape(), x.axis(), now);
        return site.flow(
                site.add(new Concat(x.axis()), front, x.value()), x.axis(), x.emission().lead(frames),
                x.total().plus(frames));
    }
}
