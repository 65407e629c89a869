package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Cumulate;
import dev.lanewise.compiler.op.Gru;
import dev.lanewise.compiler.op.Lstm;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Rnn;
import dev.lanewise.compiler.op.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Operations that walk through time and carry what they have come to. */
final class RecurrentRules {

    /** Where the operands of recurrent layers begin that are initial states; see {@code Recurrence}. */
    private static final int FIRST_STATE = 5;

    private static final int LENGTHS = 4;

    private RecurrentRules() {}

    static void register(Map<Class<? extends Op>, Rule> rules) {
        rules.put(Lstm.class, site -> layer(site, 2, ((Lstm) site.node().op()).reverse()));
        rules.put(Gru.class, site -> layer(site, 1, ((Gru) site.node().op()).reverse()));
        rules.put(Rnn.class, site -> layer(site, 1, ((Rnn) site.node().op()).reverse()));
        rules.put(Cumulate.class, RecurrentRules::cumulate);
    }

    private static List<Flow> layer(Site site, int states, boolean reverse) {
        site.onlyMoving(0);
        Flow x = site.in(0);
        if (x.axis() == 2) {
            throw site.unbounded("time is the axis of its features");
        }
        if (x.axis() == 1) {
            return states == 2 ? site.copy(x, site.node().op(), 1, 0, 0) : site.copy(x, site.node().op(), 1, 0);
        }
        if (reverse) {
            throw site.unbounded("it reads time backwards");
        }
        if (site.in(LENGTHS) != null) {
            throw site.refuse("its sequences have lengths of their own");
        }
        List<Value> operands = site.values();
        while (operands.size() < FIRST_STATE + states) {
            operands.add(null);
        }
        List<Value> carried = new ArrayList<>();
        for (int i = 0; i < states; i++) {
            Value initial = operands.get(FIRST_STATE + i);
            boolean carriesItself = initial != null && site.graph().fromStates(initial);
            Value state = carriesItself
                    ? null
                    : site.graph().state(site.node(), site.node().outputs().get(1 + i).type());
            carried.add(state);
            operands.set(FIRST_STATE + i, carriesItself ? initial : first(site, initial, state));
        }
        List<Value> results = site.addAll(site.node().op(), operands);
        List<Flow> flows = new ArrayList<>();
        flows.add(site.output(0, results.get(0), 0, x.emission()));
        for (int i = 0; i < states; i++) {
            if (carried.get(i) != null) {
                site.graph().builder().next(carried.get(i).name(), carried.get(i), results.get(1 + i));
            }
            flows.add(Flow.latest(results.get(1 + i)));
        }
        return flows;
    }

    /**
     * What the first call begins with, and later ones go on with.
     *
     * @param initial {@code null} for zeros
     */
    static Value first(Site site, Value initial, Value state) {
        if (initial == null || initial.isConstant() && isZero(initial.constant())) {
            return state;
        }
        site.graph().survey().beginning();
        List<Dim> row = new ArrayList<>(state.shape());
        row.add(0, Dim.ONE);
        Reshape asRow = new Reshape(row);
        Value both = site.add(new Concat(0), site.add(asRow, initial), site.add(asRow, state));
        Slice chosen = Slice.along(0, site.timeline().begunBefore(), Dim.ONE, both.shape());
        return site.add(new Reshape(state.shape()), site.add(chosen, both));
    }

    private static boolean isZero(Literal literal) {
        for (int i = 0; i < (literal.isSplat() ? Math.min(1, literal.size()) : literal.size()); i++) {
            if (literal.doubleAt(i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** The sum so far stands before the chunk, so that sums are made in the order of the whole sequence's. */
    private static List<Flow> cumulate(Site site) {
        Cumulate op = (Cumulate) site.node().op();
        Flow x = site.in(0);
        int axis = x.axis();
        if (op.axis() != axis) {
            return site.copy(x, op, axis);
        }
        if (op.reverse()) {
            throw site.unbounded("it sums from the end of time");
        }
        ValueType one = new ValueType(x.value().type().type(), StreamGraph.with(x.value().shape(), axis, Dim.ONE));
        Value state = site.graph().state(site.node(), one);
        Value before = op.products() ? first(site, ones(site, one), state) : state;
        Value all = site.add(new Concat(axis), before, x.value());
        Value sums = site.add(new Cumulate(axis, false, false, op.products()), all);
        Dim n = x.value().dim(axis);
        Value next = site.add(Slice.along(axis, n, Dim.ONE, sums.shape()), sums);
        site.graph().builder().next(state.name(), state, next);
        Value y = site.add(Slice.along(axis, op.exclusive() ? Dim.ZERO : Dim.ONE, n, sums.shape()), sums);
        return List.of(site.output(0, y, axis, x.emission()));
    }

    private static Value ones(Site site, ValueType type) {
        return Windows.fill(site, Literal.splat(type.type(), 1, 1), type.shape(), 0, type.dim(0));
    }
}
