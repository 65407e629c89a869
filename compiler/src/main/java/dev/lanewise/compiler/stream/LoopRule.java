package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Repeat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Loops over the frames of a sequence, first to last: a call runs the body for its own frames, and what the body
 * carries from frame to frame is carried from call to call.
 */
final class LoopRule {

    /** Operands before those that are carried: the trip count, the condition. */
    private static final int FIRST = 2;

    private LoopRule() {}

    static void register(Map<Class<? extends Op>, Rule> rules) {
        rules.put(Repeat.class, LoopRule::loop);
    }

    private static List<Flow> loop(Site site) {
        Repeat loop = (Repeat) site.node().op();
        requireEveryFrame(site, loop);
        requireOfEachFrame(site, loop);
        Dim total = loop.trips();
        Join join = Join.of(site, total);
        Dim frames = site.frames(join.emission(), total);
        List<Value> operands = new ArrayList<>(join.values());
        operands.set(0, null);
        List<Value> states = new ArrayList<>();
        for (int i = 0; i < loop.carried(); i++) {
            Value initial = operands.get(FIRST + i);
            Value state = site.graph().state(site.node(), initial.type());
            states.add(state);
            operands.set(FIRST + i, RecurrentRules.first(site, initial, state));
        }
        List<ValueType> types = new ArrayList<>(loop.types());
        for (int i = 0; i < loop.collected().size(); i++) {
            ValueType type = types.get(loop.carried() + i);
            int axis = loop.collected().get(i).axis();
            types.set(loop.carried() + i, new ValueType(type.type(), StreamGraph.with(type.shape(), axis, frames)));
        }
        List<Value> results = site.addAll(new Repeat(
                loop.body(), loop.carried(), frames, loop.scanned(), loop.collected(), types), operands);
        List<Flow> flows = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            if (i < loop.carried()) {
                site.graph().builder().next(states.get(i).name(), states.get(i), results.get(i));
                flows.add(Flow.latest(results.get(i)));
            } else {
                int axis = loop.collected().get(i - loop.carried()).axis();
                flows.add(site.output(i, results.get(i), axis, join.emission()));
            }
        }
        return flows;
    }

    /** Fails unless it takes one frame after another, in their order, and all of them. */
    private static void requireEveryFrame(Site site, Repeat loop) {
        Graph body = loop.body();
        boolean goesOn = body.outputs().get(0).value().isConstant();
        if (loop.trips().asSymbol() != null && loop.trips().asSymbol().learnt() || site.in(1) != null || !goesOn) {
            throw site.refuse("a condition may end it before the sequence ends");
        }
        int scanned = FIRST + loop.carried();
        for (int i = FIRST; i < site.inputs().size(); i++) {
            Flow operand = site.in(i);
            boolean isScanned = i >= scanned && i < scanned + loop.scanned().size();
            if (operand.kind() == Flow.Kind.WHOLE || operand.moves() && !isScanned) {
                throw site.unbounded("each iteration sees all of " + site.node().input(i).name());
            }
            if (isScanned && (!operand.moves() || operand.axis() != loop.scanned().get(i - scanned).axis())) {
                throw site.refuse("it goes along another axis than time");
            }
        }
        boolean backwards = loop.scanned().stream().anyMatch(Repeat.Walk::reverse)
                || loop.collected().stream().anyMatch(Repeat.Walk::reverse);
        if (backwards) {
            throw site.unbounded("it reads or writes time backwards");
        }
    }

    /** Fails where what the body does depends on how many frames there are, or on which one it has. */
    private static void requireOfEachFrame(Site site, Repeat loop) {
        Graph body = loop.body();
        for (Node node : body.nodes()) {
            if (OpDims.of(node).anyMatch(site.graph()::hasLength)) {
                throw site.unbounded("its body depends on " + site.graph().length());
            }
        }
        if (body.uses().containsKey(body.inputs().get(0).value())) {
            throw site.refuse("its body asks for the number of the iteration, which a stream does not count");
        }
    }
}
