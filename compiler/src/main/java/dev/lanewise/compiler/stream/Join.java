package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Values that meet in one operation, brought to one time: those that come earlier wait, in a history.
 *
 * @param values of all operands, {@code null} for absent ones
 * @param emission that those with an axis of time now have
 */
record Join(List<Value> values, Emission emission) {

    /**
     * Lines up all operands of a node that have an axis of time.
     *
     * @param total frames of the whole sequence
     */
    static Join of(Site site, Dim total) {
        List<Flow> moving = site.of(Flow.Kind.FRAMES);
        for (Flow flow : moving) {
            if (!flow.emission().sameRate(moving.get(0).emission())) {
                throw site.refuse("its operands are of different rates: " + rate(moving.get(0)) + " and " + rate(flow));
            }
        }
        site.requireOpen(total);
        Emission emission = Emission.meet(moving.stream().map(Flow::emission).toList());
        List<Value> values = new ArrayList<>();
        for (Flow flow : site.inputs()) {
            values.add(flow == null || !flow.moves()
                    ? flow == null ? null : flow.value()
                    : Windows.FRAMES.cover(site, flow, emission, total, null).value());
        }
        return new Join(values, emission);
    }

    private static String rate(Flow flow) {
        return flow.emission().gain() + " frames for " + flow.emission().period() + " of the model's input";
    }
}
