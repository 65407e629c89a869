package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.op.ArgExtreme;
import dev.lanewise.compiler.op.LayerNorm;
import dev.lanewise.compiler.op.OneHot;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.op.RmsNorm;
import dev.lanewise.compiler.op.Softmax;
import dev.lanewise.compiler.op.TopK;
import dev.lanewise.compiler.op.Trilu;
import java.util.List;
import java.util.Map;

/**
 * Operations along some axes: along others than time they work on each frame by itself; along time they
 * would need all of it.
 */
final class AxisRules {

    private AxisRules() {}

    static void register(Map<Class<? extends Op>, Rule> rules) {
        rules.put(Reduce.class, AxisRules::reduce);
        rules.put(ArgExtreme.class, AxisRules::argExtreme);
        rules.put(Softmax.class, site -> rows(site, site.node().output().rank() - 1));
        rules.put(LayerNorm.class, site -> rows(site, ((LayerNorm) site.node().op()).axis()));
        rules.put(RmsNorm.class, site -> rows(site, ((RmsNorm) site.node().op()).axis()));
        rules.put(Trilu.class, site -> rows(site, site.node().output().rank() - 2));
        rules.put(TopK.class, AxisRules::topK);
        rules.put(OneHot.class, AxisRules::oneHot);
    }

    private static Flow operand(Site site) {
        site.onlyMoving(0);
        return site.in(0);
    }

    /** Each row by itself, which begins at an axis. */
    private static List<Flow> rows(Site site, int first) {
        Flow x = operand(site);
        if (x.axis() >= first) {
            throw site.unbounded("it goes over the whole of time");
        }
        int[] axes = new int[site.node().outputs().size()];
        java.util.Arrays.fill(axes, x.axis());
        return site.copy(x, site.node().op(), axes);
    }

    private static List<Flow> reduce(Site site) {
        Reduce reduce = (Reduce) site.node().op();
        Flow x = operand(site);
        if (reduce.axes().contains(x.axis())) {
            throw site.unbounded("it goes over the whole of time");
        }
        long dropped = reduce.keepDims() ? 0 : reduce.axes().stream().filter(axis -> axis < x.axis()).count();
        return site.copy(x, reduce, x.axis() - (int) dropped);
    }

    private static List<Flow> argExtreme(Site site) {
        ArgExtreme extreme = (ArgExtreme) site.node().op();
        Flow x = operand(site);
        if (extreme.axis() == x.axis()) {
            throw site.unbounded("it goes over the whole of time");
        }
        return site.copy(x, extreme, extreme.keepDims() || extreme.axis() > x.axis() ? x.axis() : x.axis() - 1);
    }

    private static List<Flow> topK(Site site) {
        TopK best = (TopK) site.node().op();
        Flow x = operand(site);
        if (best.axis() == x.axis()) {
            throw site.unbounded("it goes over the whole of time");
        }
        return site.copy(x, best, x.axis(), x.axis());
    }

    private static List<Flow> oneHot(Site site) {
        OneHot hot = (OneHot) site.node().op();
        Flow indices = operand(site);
        return site.copy(indices, hot, hot.axis() <= indices.axis() ? indices.axis() + 1 : indices.axis());
    }
}
