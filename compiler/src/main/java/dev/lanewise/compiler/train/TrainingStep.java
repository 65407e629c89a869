package dev.lanewise.compiler.train;

import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.RecurrentForward;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.ScatterNd;
import dev.lanewise.compiler.op.ScatterReduction;
import dev.lanewise.compiler.op.SumRows;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.compiler.op.Update;
import dev.lanewise.compiler.op.UpdateRows;
import dev.lanewise.compiler.op.Where;
import dev.lanewise.compiler.train.Parameters.Parameter;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The step of training as graphs: forwards, backwards, then an {@link Update} of each parameter. With accumulation the
 * gradients are added up in states, and a second graph updates from them and begins anew.
 */
final class TrainingStep {

    /** The input that a schedule sets before each step. */
    static final String RATE = "learning_rate";

    /** The norm of all gradients together, before they are clipped. */
    static final String NORM = "gradient_norm";

    /** A state: how many gradients were added up. */
    private static final String COUNT = "train/accumulated";

    private static final String POWERS = "train/powers";

    /** What keeps the quotient of a clipped norm finite; PyTorch's. */
    private static final float TINY = 1e-6f;

    private final Graph source;
    private final Value loss;
    private final List<Parameter> trained;
    private final TrainOptions options;
    private final Map<String, Literal> initials = new LinkedHashMap<>();
    /** Those that the loss depends on. */
    private final List<Parameter> updated = new ArrayList<>();
    /** Which rows gradients are of, where not of all. */
    private final Map<Parameter, Value> touched = new HashMap<>();
    private final Graph train;
    private final Graph update;

    TrainingStep(Graph source, Value loss, List<Parameter> trained, TrainOptions options) {
        this.source = source;
        this.loss = loss;
        this.trained = trained;
        this.options = options;
        this.train = makeTrain();
        this.update = options.accumulate() ? makeUpdate() : null;
    }

    Graph train() {
        return train;
    }

    Graph update() {
        return update;
    }

    /** What the optimiser's own states begin with, where not with zeros. */
    Map<String, Literal> initials() {
        return initials;
    }

    private Graph makeTrain() {
        GraphBuilder graph = new GraphBuilder();
        Differentiate differentiate = new Differentiate(graph, options.recompute());
        source.inputs().forEach(port -> differentiate.bind(port.value(), graph.inputLike(port.name(), port.value())));
        Map<Parameter, Value> values = new LinkedHashMap<>();
        for (Parameter parameter : trained) {
            Value state = graph.state(parameter.name(), parameter.literal().valueType());
            parameter.uses().forEach(use -> differentiate.bind(use, state));
            values.put(parameter, state);
        }
        source.states().forEach(
                state -> differentiate.bind(state.value(), graph.state(state.name(), state.value().type())));
        differentiate.record(source, values.values());
        source.outputs().forEach(port -> graph.output(port.name(), differentiate.here(port.value())));
        Map<Parameter, Value> running = running(differentiate, values);
        List<Node> recurrent = source.nodes().stream()
                .filter(node -> options.stepNorms() && node.op().recording() instanceof RecurrentForward)
                .toList();
        recurrent.forEach(node -> differentiate.watch(differentiate.here(node.output())));
        Map<Value, Value> gradients = differentiate.gradients(differentiate.here(loss), values.values());
        Map<String, Integer> seen = new HashMap<>();
        for (Node node : recurrent) {
            int before = seen.merge(node.name(), 1, Integer::sum) - 1; // layers and directions share a name
            stepNorms(graph, node.name() + (before == 0 ? "" : "." + before) + "/gradient_norms",
                    differentiate.ofStates(differentiate.here(node.output())));
        }
        Map<Parameter, Value> found = new LinkedHashMap<>();
        values.forEach((parameter, value) -> {
            if (!parameter.running() && gradients.containsKey(value)) {
                Value gradient = gradients.get(value);
                SumRows rows = rows(parameter, gradient);
                if (rows != null) {
                    List<Value> inputs = gradient.producer().inputs();
                    List<Value> sums = graph.addAll(
                            parameter.name() + "/rows", rows, List.of(inputs.get(1), inputs.get(2)));
                    touched.put(parameter, sums.get(0));
                    gradient = sums.get(1);
                }
                found.put(parameter, clipped(graph, parameter, gradient));
            } else {
                graph.next(parameter.name(), value, running.getOrDefault(parameter, value));
            }
        });
        updated.addAll(found.keySet());
        if (found.isEmpty()) {
            throw new PlanException("the loss '" + options.loss() + "' depends on none of the weights");
        }
        if (options.accumulate()) {
            accumulate(graph, values, found);
        } else {
            apply(graph, values, found, guard(graph, differentiate.here(loss)));
        }
        source.states().forEach(state -> graph.next(
                state.name(), differentiate.here(state.value()), differentiate.here(state.next())));
        return graph.build();
    }

    /**
     * How a gradient comes together that is zero but for the rows which a batch touches, as an embedding's is; {@code
     * null} where it is another, or all rows change, or the batch may touch more rows than there are.
     */
    private SumRows rows(Parameter parameter, Value gradient) {
        Node node = gradient.producer();
        if (options.accumulate() || node == null || !(node.op() instanceof ScatterNd scatter)
                || scatter.reduction() != ScatterReduction.ADD || !isZeros(node.input(0))
                || !options.optimizer().leavesRows(options.group(parameter.name()).decay())) {
            return null;
        }
        Value indices = node.input(1);
        int rows = parameter.literal().extent(0);
        boolean ofRows = indices.dim(indices.rank() - 1).is(1) && indices.type().size().max() < rows;
        return ofRows ? new SumRows(rows) : null;
    }

    private static boolean isZeros(Value value) {
        if (value.producer() != null && value.producer().op() instanceof Expand) {
            return isZeros(value.producer().input(0));
        }
        return value.isConstant() && value.constant().isSplat() && value.constant().doubleAt(0) == 0;
    }

    /** What running statistics become: where the loss is not finite, what they were. */
    private Map<Parameter, Value> running(Differentiate differentiate, Map<Parameter, Value> before) {
        GraphBuilder graph = differentiate.graph();
        Map<Parameter, Value> next = new LinkedHashMap<>();
        for (Node node : source.nodes()) {
            node.op().running().forEach((input, output) -> trained.stream()
                    .filter(parameter -> parameter.uses().contains(node.input(input)))
                    .forEach(parameter -> next.put(parameter, differentiate.trained(node).get(output))));
        }
        if (!next.isEmpty()) {
            Value finite = graph.add("finite", new Binary(BinaryFn.EQUAL), guard(graph, differentiate.here(loss)),
                    graph.constant("zero", Literal.scalar(0f)));
            next.replaceAll((parameter, after) -> graph.add(
                    parameter.name() + "/next", new Where(), finite, after, before.get(parameter)));
        }
        return next;
    }

    /** @param gradient [T, B, H], {@code null} for none */
    private static void stepNorms(GraphBuilder graph, String name, Value gradient) {
        if (gradient != null) {
            Value squares = graph.add(name, new Reduce(ReduceFn.SUM_SQUARE, List.of(1, 2), false), gradient);
            graph.output(name, graph.add(name, Unary.of(UnaryFn.SQRT), squares));
        }
    }

    private Graph makeUpdate() {
        GraphBuilder graph = new GraphBuilder();
        Value one = graph.constant("one", Literal.scalar(1f));
        Value count = graph.state(COUNT, ValueType.of(DType.F32));
        Value scale = graph.add("mean", new Binary(BinaryFn.DIV), one, count);
        Map<Parameter, Value> values = new LinkedHashMap<>();
        Map<Parameter, Value> means = new LinkedHashMap<>();
        for (Parameter parameter : updated) {
            ValueType type = parameter.literal().valueType();
            Value sum = graph.state(sumName(parameter), type);
            values.put(parameter, graph.state(parameter.name(), type));
            means.put(parameter, graph.add(sumName(parameter), new Binary(BinaryFn.MUL), sum, scale));
            graph.next(sumName(parameter), sum, zeros(graph, type));
        }
        graph.next(COUNT, count, zeros(graph, count.type()));
        apply(graph, values, means, graph.add("guard", new Binary(BinaryFn.SUB), scale, scale));
        return graph.build();
    }

    private static String sumName(Parameter parameter) {
        return parameter.name() + "/sum";
    }

    private static Value zeros(GraphBuilder graph, ValueType type) {
        return graph.constant("zeros", Literal.splat(type.type(), 0, type.extents()));
    }

    /** Adds the gradients to what was added up before. */
    private void accumulate(GraphBuilder graph, Map<Parameter, Value> values, Map<Parameter, Value> gradients) {
        gradients.forEach((parameter, gradient) -> {
            Value sum = graph.state(sumName(parameter), parameter.literal().valueType());
            graph.next(parameter.name(), values.get(parameter), values.get(parameter));
            graph.next(sumName(parameter), sum, graph.add(sumName(parameter), new Binary(BinaryFn.ADD), sum, gradient));
        });
        Value count = graph.state(COUNT, ValueType.of(DType.F32));
        graph.next(COUNT, count, graph.add(COUNT, new Unary(UnaryFn.AFFINE, 1, 1), count));
    }

    private Value clipped(GraphBuilder graph, Parameter parameter, Value gradient) {
        float most = options.clipValue();
        return most == 0
                ? gradient
                : graph.add(parameter.name() + "/clipped", new Unary(UnaryFn.CLIP, -most, most), gradient);
    }

    /** 0, or NaN where a number is not finite: added to the gradients' scale it keeps the weights as they are. */
    private static Value guard(GraphBuilder graph, Value number) {
        Value scalar = number.rank() == 0 ? number : graph.add("guard", new Reshape(List.of()), number);
        return graph.add("guard", new Binary(BinaryFn.SUB), scalar, scalar);
    }

    private void apply(
            GraphBuilder graph, Map<Parameter, Value> values, Map<Parameter, Value> gradients, Value guard) {
        Value rate = graph.input(RATE, ValueType.of(DType.F32));
        Value scale = scale(graph, gradients, guard);
        Value powers = options.optimizer().needsPowers() ? powers(graph) : null;
        gradients.forEach((parameter, gradient) -> {
            Value value = values.get(parameter);
            TrainOptions.Group group = options.group(parameter.name());
            Optimizer optimizer = options.optimizer();
            List<Value> inputs = new ArrayList<>();
            inputs.add(value);
            inputs.add(gradient);
            inputs.add(rate);
            inputs.add(scale);
            inputs.add(powers);
            for (int slot = 0; slot < optimizer.slots(); slot++) {
                inputs.add(graph.state(slotName(parameter, slot), value.type()));
            }
            List<Value> slots = List.copyOf(inputs.subList(inputs.size() - optimizer.slots(), inputs.size()));
            Update update = new Update(
                    optimizer.rule(), group.decay(), group.rateFactor(), optimizer.first(), optimizer.second(),
                    optimizer.epsilon());
            Value rows = touched.get(parameter);
            if (rows != null) {
                inputs.add(rows);
            }
            List<Value> after = graph.addAll(
                    parameter.name() + "/update", rows == null ? update : new UpdateRows(update), inputs);
            graph.next(parameter.name(), value, after.get(0));
            for (int slot = 0; slot < slots.size(); slot++) {
                graph.next(slotName(parameter, slot), slots.get(slot), after.get(1 + slot));
            }
            average(graph, parameter, after.get(0));
        });
    }

    private static String slotName(Parameter parameter, int slot) {
        return parameter.name() + "/slot" + slot;
    }

    /** {@code beta1ᵗ, beta2ᵗ} of this step, the first being step 1. */
    private Value powers(GraphBuilder graph) {
        double[] betas = {options.optimizer().first(), options.optimizer().second()};
        Value before = graph.state(POWERS, ValueType.of(DType.F64, 2));
        Value after = graph.add(
                POWERS, new Binary(BinaryFn.MUL), before, graph.constant("betas", Literal.of(DType.F64, betas, 2)));
        graph.next(POWERS, before, after);
        initials.put(POWERS, Literal.splat(DType.F64, 1, 2));
        return after;
    }

    /**
     * What all gradients are multiplied by: 1, or what clipping their norm leaves; NaN where the norm is not finite,
     * which keeps the weights as they are.
     */
    private Value scale(GraphBuilder graph, Map<Parameter, Value> gradients, Value guard) {
        Value sum = null;
        for (Value gradient : gradients.values()) {
            Value squares = graph.add(
                    NORM, new Reduce(ReduceFn.SUM_SQUARE, Gradient.axesFrom(0, gradient), false), gradient);
            sum = sum == null ? squares : graph.add(NORM, new Binary(BinaryFn.ADD), sum, squares);
        }
        Value norm = graph.add(NORM, Unary.of(UnaryFn.SQRT), sum);
        graph.output(NORM, norm);
        Value guards = graph.add("guard", new Binary(BinaryFn.ADD), guard, guard(graph, norm));
        if (options.clipNorm() == 0) {
            return graph.add("scale", new Unary(UnaryFn.AFFINE, 1, 1), guards);
        }
        Value most = graph.constant("most", Literal.scalar(options.clipNorm()));
        Value over = graph.add("scale", new Binary(BinaryFn.DIV), most,
                graph.add("scale", new Unary(UnaryFn.AFFINE, 1, TINY), norm));
        Value factor = graph.add(
                "scale", new Binary(BinaryFn.MIN), over, graph.constant("one", Literal.scalar(1f)));
        return graph.add("scale", new Binary(BinaryFn.ADD), factor, guards);
    }

    /** {@code average = kept · average + (1 − kept) · p} */
    private void average(GraphBuilder graph, Parameter parameter, Value after) {
        if (options.average() == 0) {
            return;
        }
        String name = parameter.name() + "/average";
        Value before = graph.state(name, after.type());
        Value kept = graph.add(name, new Unary(UnaryFn.AFFINE, options.average(), 0), before);
        Value taken = graph.add(name, new Unary(UnaryFn.AFFINE, 1 - options.average(), 0), after);
        graph.next(name, before, graph.add(name, new Binary(BinaryFn.ADD), kept, taken));
        initials.put(name, parameter.literal());
    }
}
