package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Repeat;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Loops over the frames of a sequence, first to last: a call runs the body for its own frames, and what the body
 * carries from frame to frame is carried from call to call, and so is the number of the frame where the body asks
 * for it.
 */
final class LoopRule {

    /** Operands before those that are carried: the trip count, the condition. */
    private static final int FIRST = 2;

    private LoopRule() {}

    static void register(Map<Class<? extends Op>, Rule> rules) {
        rules.put(Repeat.class, LoopRule::loop);
    }

    private static List<Flow> loop(Site site) {
        Repeat whole = (Repeat) site.node().op();
        requireEveryFrame(site, whole);
        requireOfEachFrame(site, whole);
        Dim total = whole.trips();
        Join join = Join.of(site, total);
        Dim frames = site.frames(join.emission(), total);
        List<Value> operands = new ArrayList<>(join.values());
        operands.set(0, null);
        boolean counts = whole.body().uses().containsKey(whole.body().inputs().get(0).value());
        Repeat loop = counts ? counting(site, whole) : whole;
        if (counts) {
            operands.add(FIRST, Site.number(0));
        }
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
        for (int i = 0; i < loop.carried(); i++) {
            site.graph().builder().next(states.get(i).name(), states.get(i), results.get(i));
        }
        List<Flow> flows = new ArrayList<>();
        List<Value> outputs = results.subList(counts ? 1 : 0, results.size());
        for (int i = 0; i < outputs.size(); i++) {
            flows.add(i < whole.carried()
                    ? Flow.latest(outputs.get(i))
                    : site.output(
                            i, outputs.get(i), whole.collected().get(i - whole.carried()).axis(), join.emission()));
        }
        return flows;
    }

    /** A loop whose iterations begin anew in each call, with the number of the frame as its first carried value. */
    private static Repeat counting(Site site, Repeat loop) {
        Graph body = loop.body();
        Graph.Port number = body.inputs().get(0);
        List<Graph.Port> inputs = new ArrayList<>(body.inputs());
        inputs.set(0, new Graph.Port("iteration", Value.of("iteration", number.value().type(), null)));
        inputs.add(FIRST, number);
        GraphBuilder sum = new GraphBuilder();
        Value next = sum.add(site.node().name(), new Binary(BinaryFn.ADD), number.value(), Site.number(1));
        List<Graph.Port> outputs = new ArrayList<>(body.outputs());
        outputs.add(1, new Graph.Port(next.name(), next));
        List<Node> nodes = new ArrayList<>(body.nodes());
        nodes.addAll(sum.build().nodes());
        List<ValueType> types = new ArrayList<>(loop.types());
        types.add(0, next.type());
        return new Repeat(new Graph(inputs, outputs, List.of(), nodes), 1 + loop.carried(), loop.trips(),
                loop.scanned(), loop.collected(), types);
    }

    /** Fails unless it takes one frame after another, in their order, and all of them. */
    private static void requireEveryFrame(Site site, Repeat loop) {
        Graph body = loop.body();
        Value condition = body.outputs().get(0).value();
        boolean goesOn = condition.isConstant() || condition == body.inputs().get(1).value();
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

    /** Fails where what the body does depends on how many frames there are. */
    private static void requireOfEachFrame(Site site, Repeat loop) {
        Graph body = loop.body();
        for (Node node : body.nodes()) {
            if (node.extents().anyMatch(site.graph()::hasLength)) {
                throw site.unbounded("its body depends on " + site.graph().length());
            }
        }
    }
}
