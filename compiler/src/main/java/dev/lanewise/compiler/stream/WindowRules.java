package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.Pool;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Convolutions and pooling: windows that slide over time, with the padding of the sequence's ends. */
final class WindowRules {

    private WindowRules() {}

    static void register(Map<Class<? extends Op>, Rule> rules) {
        rules.put(Conv.class, WindowRules::convolution);
        rules.put(Pool.class, WindowRules::pool);
    }

    private static List<Flow> convolution(Site site) {
        Conv conv = (Conv) site.node().op();
        site.onlyMoving(0);
        Flow x = site.in(0);
        int last = x.value().rank() - 1;
        if (x.axis() == 0) {
            return site.copy(x, conv, 0);
        }
        if (x.axis() == last) {
            throw site.unbounded("time is the axis of its channels");
        }
        int spatial = x.axis() - 1;
        Dim kernel = site.in(1).value().dim(x.axis() + 1);
        if (!kernel.isConstant()) {
            throw site.refuse("its kernel has the extent " + kernel);
        }
        long reach = (kernel.constant() - 1) * conv.dilations().get(spatial) + 1;
        Windows windows = new Windows(conv.padsBefore().get(spatial), reach, conv.strides().get(spatial));
        Emission emission = windows.emission(x);
        Windows.Covered covered = windows.cover(
                site, x, emission, site.node().output().dim(x.axis()), zero(x.value().type().type()));
        Conv onChunk = new Conv(
                conv.group(), with(conv.strides(), spatial, (int) covered.stride()), conv.dilations(),
                with(conv.padsBefore(), spatial, 0), with(conv.padsAfter(), spatial, 0), conv.epilogue());
        List<Value> operands = site.values();
        operands.set(0, covered.value());
        return List.of(site.output(0, site.addAll(onChunk, operands).get(0), x.axis(), emission));
    }

    private static List<Flow> pool(Site site) {
        Pool pool = (Pool) site.node().op();
        Flow x = site.in(0);
        if (x.axis() == 0 || x.axis() == x.value().rank() - 1) {
            return site.copy(x, pool, x.axis());
        }
        int spatial = x.axis() - 1;
        boolean padded = pool.padsBefore().get(spatial) > 0 || pool.padsAfter().get(spatial) > 0 || pool.ceil();
        if (pool.kind() == Pool.Kind.MAX) {
            return maximum(site, pool, x, spatial);
        }
        Windows windows = windows(pool, spatial, pool.padsBefore().get(spatial));
        Emission emission = windows.emission(x);
        Value sums = slide(site, pool, x, windows, emission, zero(x.value().type().type()));
        if (!padded || pool.countIncludePad() && !pool.ceil()) {
            return List.of(site.output(0, sums, x.axis(), emission));
        }
        // the part of each window that counts: what the same window makes of ones
        Flow counted = pool.countIncludePad()
                ? ones(site, x, pool.padsBefore().get(spatial), pool.padsAfter().get(spatial))
                : ones(site, x, 0, 0);
        Windows over = pool.countIncludePad() ? windows(pool, spatial, 0) : windows;
        Value share = slide(site, onTimeAlone(pool, spatial), counted, over, emission, zero(x.value().type().type()));
        return List.of(site.output(0, site.add(new Binary(BinaryFn.DIV), sums, share), x.axis(), emission));
    }

    /** As many ones as x has frames, and some before and behind them. */
    private static Flow ones(Site site, Flow x, int before, int after) {
        List<Dim> one = new ArrayList<>(Collections.nCopies(x.value().rank(), Dim.ONE));
        Literal unit = Literal.splat(x.value().type().type(), 1, 1);
        Emission emission = x.emission().lead(before);
        Dim total = x.total().plus((long) before + after);
        Value ones = Windows.fill(site, unit, one, x.axis(), site.frames(emission, total));
        return site.flow(ones, x.axis(), emission, total);
    }

    /** The same with windows of one element along the other axes. */
    private static Pool onTimeAlone(Pool pool, int spatial) {
        List<Integer> ones = new ArrayList<>(Collections.nCopies(pool.kernel().size(), 1));
        List<Integer> zeros = Collections.nCopies(pool.kernel().size(), 0);
        return new Pool(
                pool.kind(), with(ones, spatial, pool.kernel().get(spatial)), with(ones, spatial, pool.strides().get(
                        spatial)), with(ones, spatial, pool.dilations().get(spatial)), zeros, zeros, false, false);
    }

    /** Padding takes no part in a maximum: it is the least value, which a history of zeros is not. */
    private static List<Flow> maximum(Site site, Pool pool, Flow x, int spatial) {
        DType type = x.value().type().type();
        Literal least = type.isFloating()
                ? Literal.splat(type, Double.NEGATIVE_INFINITY, 1)
                : Literal.of(type, new long[] {Cast.least(type)}, 1);
        Flow padded = Windows.lead(site, x, pool.padsBefore().get(spatial), least);
        Windows windows = windows(pool, spatial, 0);
        Emission emission = windows.emission(padded);
        Value y = slide(site, pool, padded, windows, emission, least);
        return List.of(site.output(0, y, x.axis(), emission));
    }

    private static Windows windows(Pool pool, int spatial, int lead) {
        long reach = (pool.kernel().get(spatial) - 1L) * pool.dilations().get(spatial) + 1;
        return new Windows(lead, reach, pool.strides().get(spatial));
    }

    private static Value slide(Site site, Pool pool, Flow x, Windows windows, Emission emission, Literal padding) {
        int spatial = x.axis() - 1;
        Windows.Covered covered =
                windows.cover(site, x, emission, site.node().output().dim(x.axis()), padding);
        // where the other axes are rounded up, so is this one, which then divides
        Pool onChunk = new Pool(
                pool.kind(), pool.kernel(), with(pool.strides(), spatial, (int) covered.stride()), pool.dilations(),
                with(pool.padsBefore(), spatial, 0), with(pool.padsAfter(), spatial, 0), pool.ceil(),
                pool.countIncludePad());
        return site.add(onChunk, covered.value());
    }

    private static Literal zero(DType type) {
        return Literal.splat(type, 0, 1);
    }

    private static List<Integer> with(List<Integer> list, int at, int value) {
        List<Integer> result = new ArrayList<>(list);
        result.set(at, value);
        return result;
    }
}
