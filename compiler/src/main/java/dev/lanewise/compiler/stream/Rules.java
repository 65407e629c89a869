package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Repeat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The list of all rules, by operation. */
final class Rules {

    private static final Map<Class<? extends Op>, Rule> BY_OP = new HashMap<>();

    static {
        ElementwiseRules.register(BY_OP);
        AxisRules.register(BY_OP);
        WindowRules.register(BY_OP);
        MovementRules.register(BY_OP);
        RecurrentRules.register(BY_OP);
        LoopRule.register(BY_OP);
        AttentionRule.register(BY_OP);
    }

    private Rules() {}

    static List<Flow> apply(Site site) {
        boolean moves = !site.of(Flow.Kind.FRAMES).isEmpty();
        boolean latest = !site.of(Flow.Kind.LATEST).isEmpty();
        Class<? extends Op> op = site.node().op().getClass();
        if (!site.of(Flow.Kind.WHOLE).isEmpty() && op != Attention.class && op != Repeat.class) {
            Site known = moves && !latest ? site.withTables() : null;
            if (known != null) {
                return apply(known);
            }
            if (moves || latest) {
                throw site.unbounded("one of its operands depends on " + site.graph().length());
            }
            return whole(site);
        }
        if (moves && latest) {
            throw site.unbounded("one of its operands is known only when the sequence has ended");
        }
        if (!moves) {
            return site.of(Flow.Kind.WHOLE).isEmpty() ? unmoved(site, latest) : whole(site);
        }
        Rule rule = BY_OP.get(op);
        if (rule == null) {
            throw site.refuse("there is no rule for operations of this kind along time");
        }
        return rule.apply(site);
    }

    /** What has no operand with an axis of time stays as it is, unless the length of the whole goes into it. */
    private static List<Flow> unmoved(Site site, boolean latest) {
        if (site.node().extents().anyMatch(site.graph()::hasLength)) {
            if (latest) {
                throw site.unbounded("it depends on " + site.graph().length());
            }
            List<Flow> spread = site.node().op() instanceof Expand ? MovementRules.spread(site) : null;
            return spread == null ? whole(site) : spread;
        }
        List<Flow> flows = new ArrayList<>();
        for (Value value : site.addAll(site.node().op(), site.values())) {
            flows.add(latest ? Flow.latest(value) : Flow.still(value));
        }
        return flows;
    }

    private static List<Flow> whole(Site site) {
        return Collections.nCopies(site.node().outputs().size(), Flow.whole());
    }
}
