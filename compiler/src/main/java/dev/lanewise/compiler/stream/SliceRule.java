package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Slice;
import java.util.List;

/**
 * Parts of sequences: without some frames at the beginning and at the end, every so many-th frame, or the
 * last frames alone.
 */
final class SliceRule {

    private SliceRule() {}

    static List<Flow> slice(Site site) {
        Slice slice = (Slice) site.node().op();
        Flow x = site.in(0);
        int axis = x.axis();
        for (int other = 0; other < slice.starts().size(); other++) {
            if (other != axis && site.graph().hasLength(slice.starts().get(other))) {
                throw site.refuse("it begins at " + slice.starts().get(other) + " on axis " + other);
            }
        }
        Dim start = slice.starts().get(axis);
        Dim frames = slice.shape().get(axis);
        int stride = slice.strides().get(axis);
        Dim behind = x.total().minus(start).minus(frames);
        if (stride == 1 && frames.isConstant() && behind.is(0)) {
            return last(site, slice, x, frames);
        }
        if (stride < 0) {
            throw site.unbounded("it walks backwards through time");
        }
        if (!start.isConstant() || !site.graph().hasLength(frames) || stride == 1 && !behind.isConstant()) {
            throw site.refuse("it takes frames by absolute places, " + frames + " from " + start + " on");
        }
        Windows windows = new Windows(-start.constant(), 1, stride);
        Emission every = windows.emission(x);
        Emission emission = stride == 1 ? every.later(behind.constant()) : every;
        Value taken = windows.cover(site, x, emission, frames, null).value();
        return List.of(site.output(0, others(site, slice, axis, taken), axis, emission));
    }

    /** The slice along all other axes than time. */
    private static Value others(Site site, Slice slice, int axis, Value x) {
        List<Integer> strides = new java.util.ArrayList<>(slice.strides());
        strides.set(axis, 1);
        Slice rest = new Slice(
                StreamGraph.with(slice.starts(), axis, Dim.ZERO), strides,
                StreamGraph.with(slice.shape(), axis, x.dim(axis)));
        boolean all = rest.shape().equals(x.shape()) && strides.stream().allMatch(stride -> stride == 1);
        return all ? x : site.add(rest, x);
    }

    /** The last frames so far; zeros where there are not as many yet. */
    private static List<Flow> last(Site site, Slice slice, Flow x, Dim frames) {
        Value latest = Windows.last(site, x, frames.constant());
        return List.of(Flow.latest(others(site, slice, x.axis(), latest)));
    }
}
