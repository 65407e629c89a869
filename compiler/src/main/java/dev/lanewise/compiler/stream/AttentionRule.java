package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Extents;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Where;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.List;
import java.util.Map;

/**
 * Attention of a sequence to its own past: keys and values of the window are carried, and a mask hides
 * from each query what is further back, and what there was not yet.
 */
final class AttentionRule {

    private static final int TIME = 1;

    private AttentionRule() {}

    static void register(Map<Class<? extends Op>, Rule> rules) {
        rules.put(Attention.class, AttentionRule::attend);
    }

    private static List<Flow> attend(Site site) {
        Attention attention = (Attention) site.node().op();
        Flow q = site.in(0);
        Flow k = site.in(1);
        Flow v = site.in(2);
        Flow bias = site.in(3);
        if (q.moves() && q.axis() == TIME && k.kind() == Flow.Kind.STILL && v.kind() == Flow.Kind.STILL
                && !attention.causal() && bias == null) {
            return site.copy(q, attention, TIME);
        }
        for (Flow flow : List.of(q, k, v)) {
            if (!flow.moves() || flow.axis() != TIME) {
                throw site.unbounded("only a sequence that attends to itself can be streamed");
            }
        }
        if (attention.causal() && !attention.offset().is(0)) {
            throw site.refuse("its queries begin at key " + attention.offset());
        }
        AttentionBand band = AttentionBand.of(site, attention.causal(), bias);
        return List.of(banded(site, attention, band));
    }

    private static Flow banded(Site site, Attention attention, AttentionBand band) {
        Flow q = site.in(0);
        Dim total = site.node().output().dim(TIME);
        Emission emission = Emission.meet(List.of(q.emission(), site.in(1).emission(), site.in(2).emission()));
        int past = band.width() - 1;
        site.graph().survey().count(emission, past);
        Windows window = new Windows(past, band.width(), 1);
        Literal none = Literal.splat(DType.F32, 0, 1);
        Value queries = Windows.FRAMES.cover(site, q, emission, total, null).value();
        Value keys = window.cover(site, site.in(1), emission, total, none).value();
        Value values = window.cover(site, site.in(2), emission, total, none).value();
        Value mask = mask(site, band, emission, queries.dim(TIME));
        Attention onChunk = new Attention(true, Dim.of(past), attention.scale(), attention.softcap());
        return site.output(0, site.add(onChunk, queries, keys, values, mask), TIME, emission);
    }

    /** [1, heads or 1, n, past + n]: the band's bias, −∞ before the window and before the first frame. */
    private static Value mask(Site site, AttentionBand band, Emission emission, Dim n) {
        int past = band.width() - 1;
        Dim keys = n.plus(past);
        Value row = site.add(new Reshape(List.of(n, Dim.ONE)), site.count(n));
        Value column = site.count(keys);
        Dim unseen = Dim.of(past).minus(site.timeline().before(emission).min(Dim.of(past)));
        Value first = site.add(new Binary(BinaryFn.MAX), row, site.add(new Extents(List.of(unseen), true)));
        Value hidden = site.add(new Binary(BinaryFn.LESS), column, first);
        Value far = Value.constant("−∞", Literal.splat(DType.F32, Double.NEGATIVE_INFINITY, 1));
        Value near = Value.constant("0", Literal.splat(DType.F32, 0, 1));
        if (!band.isPlain()) {
            Value place = site.add(new Binary(BinaryFn.SUB), column, row);
            Value seen = site.add(new Binary(BinaryFn.MAX), place, Site.number(0));
            Value inside = site.add(new Binary(BinaryFn.MIN), seen, Site.number(past));
            near = site.add(new Gather(1), Value.constant("bias", band.table()), inside);
        }
        Value mask = site.add(new Where(), hidden, far, near);
        return site.add(new Reshape(List.of(Dim.ONE, Dim.of(band.heads()), n, keys)), mask);
    }
}
