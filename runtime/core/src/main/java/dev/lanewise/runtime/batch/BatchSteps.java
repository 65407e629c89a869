package dev.lanewise.runtime.batch;

import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.proto.BlockProto;
import dev.lanewise.formats.proto.ElementType;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.runtime.plan.Extents;
import dev.lanewise.runtime.plan.Plan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/**
 * The steps of a plan for many streams. A step takes the form that {@link BatchRules} knows; where it knows none, it
 * goes into a REPEAT over the streams, each of which it then sees as it would alone.
 */
final class BatchSteps {

    private final Plan plan;
    private final BatchTensors tensors;
    private final BatchRules rules;
    private final List<StepProto> steps = new ArrayList<>();
    private final List<Integer> origin = new ArrayList<>();
    private final Map<Integer, Integer> spreads = new HashMap<>();
    private int number;

    BatchSteps(Plan plan, BatchTensors tensors) {
        this.plan = plan;
        this.tensors = tensors;
        this.rules = new BatchRules(tensors, this);
    }

    List<StepProto> steps() {
        return steps;
    }

    /** [step] the number that it has in the plan for one stream. */
    int[] origin() {
        int[] numbers = new int[origin.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = origin.get(i);
        }
        return numbers;
    }

    /** How many steps a step is, with those in its blocks. */
    static int count(StepProto step) {
        int count = 1;
        for (BlockProto block : step.getBlocksList()) {
            for (StepProto nested : block.getStepsList()) {
                count += count(nested);
            }
        }
        return count;
    }

    /**
     * Adds a step of the plan for one stream.
     *
     * @param varies whether it computes something else for each stream
     */
    void add(int stepNumber, StepProto step, boolean varies) {
        number = stepNumber;
        if (!varies) {
            addOnce(step);
        } else if (!rules.apply(step)) {
            addForEach(step);
        }
    }

    /** A step of the plan for many streams. */
    void emit(StepProto step) {
        steps.add(step);
        for (int i = 0; i < count(step); i++) {
            origin.add(number + i);
        }
    }

    /** A step that moves a tensor: one input, one output. */
    void move(StepKind kind, int from, int to, Integer... ints) {
        emit(StepProto.newBuilder()
                .setKind(kind)
                .addInputs(from + 1)
                .addOutputs(to + 1)
                .addAllInts(List.of(ints))
                .build());
    }

    /** What is the same for all streams, once for each: {@code [streams, ...]}. */
    int spread(int tensor) {
        Integer known = spreads.get(tensor);
        if (known == null) {
            known = tensors.stackedLike(tensor, stacked(tensor));
            move(StepKind.EXPAND, tensor, known);
            spreads.put(tensor, known);
        }
        return known;
    }

    private List<Integer> stacked(int tensor) {
        List<Integer> dims = new ArrayList<>(List.of(tensors.streams()));
        dims.addAll(tensors.dimsOfOne(tensor));
        return dims;
    }

    /** The same where callers see it. */
    int spreadToPort(int tensor) {
        int port = tensors.portLike(tensor);
        move(StepKind.EXPAND, tensor, port);
        return port;
    }

    int copyToPort(int tensor) {
        int port = tensors.portLike(tensor);
        move(StepKind.RESHAPE, tensor, port);
        return port;
    }

    /** A step that computes one thing for all streams. */
    private void addOnce(StepProto step) {
        Map<Integer, Integer> ones = new LinkedHashMap<>();
        emit(renamed(step, t -> tensors.isBatched(t) ? ones.computeIfAbsent(t, tensors::oneLike) : t));
        ones.forEach((all, one) -> move(StepKind.EXPAND, one, all));
    }

    /** A step for one stream after the other: its inputs are scanned, its outputs collected along the streams. */
    private void addForEach(StepProto step) {
        refuseLearning(step);
        Map<Integer, Integer> ones = new LinkedHashMap<>();
        StepProto one = renamed(step, t -> tensors.isBatched(t) ? ones.computeIfAbsent(t, tensors::oneLike) : t);
        int iteration = tensors.scalar(ElementType.I64);
        int goesOn = tensors.scalar(ElementType.BOOL);
        BlockProto.Builder block = BlockProto.newBuilder().addParams(iteration).addParams(goesOn).addResults(goesOn);
        StepProto.Builder repeat = StepProto.newBuilder()
                .setKind(StepKind.REPEAT)
                .addInputs(0)
                .addInputs(0)
                .addInts(0)
                .addInts(tensors.streams());
        ones.forEach((all, slice) -> {
            if (!isOutput(step, all)) {
                repeat.addInputs(all + 1).addInts(0).addInts(0);
                block.addParams(slice);
            }
        });
        for (int output : step.getOutputsList()) {
            if (output != 0) {
                repeat.addOutputs(output).addInts(0).addInts(0);
                block.addResults(ones.get(output - 1));
            }
        }
        repeat.addBlocks(block.addSteps(one));
        steps.add(repeat.build());
        origin.add(number);
        for (int i = 0; i < count(step); i++) {
            origin.add(number + i);
        }
    }

    private static boolean isOutput(StepProto step, int tensor) {
        return step.getOutputsList().contains(tensor + 1);
    }

    private static StepProto renamed(StepProto step, IntUnaryOperator name) {
        StepProto.Builder renamed = step.toBuilder();
        for (int i = 0; i < step.getInputsCount(); i++) {
            renamed.setInputs(i, step.getInputs(i) == 0 ? 0 : name.applyAsInt(step.getInputs(i) - 1) + 1);
        }
        for (int i = 0; i < step.getOutputsCount(); i++) {
            renamed.setOutputs(i, step.getOutputs(i) == 0 ? 0 : name.applyAsInt(step.getOutputs(i) - 1) + 1);
        }
        for (int b = 0; b < step.getBlocksCount(); b++) {
            BlockProto.Builder block = step.getBlocks(b).toBuilder();
            for (int i = 0; i < block.getResultsCount(); i++) {
                block.setResults(i, name.applyAsInt(block.getResults(i)));
            }
            for (int i = 0; i < block.getStepsCount(); i++) {
                block.setSteps(i, renamed(block.getSteps(i), name));
            }
            renamed.setBlocks(b, block);
        }
        return renamed.build();
    }

    /** Extents are one for all streams: a step that finds one out from the data of each is refused. */
    private void refuseLearning(StepProto step) {
        if (step.getKind() == StepKind.RANDOM) {
            throw refusal(step, "it draws random numbers, which go by how often the session has run");
        }
        boolean learns = step.getKind() == StepKind.LEARN
                || step.getKind() == StepKind.REPEAT && step.getIntsCount() > 1 && isLearnt(step.getInts(1));
        for (int output : step.getOutputsList()) {
            for (int dim : output == 0 ? List.<Integer>of() : tensors.dimsOfOne(output - 1)) {
                learns |= isLearnt(dim);
            }
        }
        if (learns) {
            throw refusal(step, "it finds out an extent from data, which is another for each stream");
        }
        for (BlockProto block : step.getBlocksList()) {
            for (StepProto nested : block.getStepsList()) {
                refuseLearning(nested);
            }
        }
    }

    private boolean isLearnt(int dim) {
        Extents extents = plan.extents();
        return dim >= 0 && dim < extents.count() && extents.isLearnt(dim);
    }

    private PlanException refusal(StepProto step, String why) {
        List<String> names = plan.model().getDebug().getStepNamesList();
        String name = number < names.size() ? " '" + names.get(number) + "'" : "";
        return new PlanException(plan.file().name() + ": streams of this model cannot advance together: step " + number
                + " (" + step.getKind() + ")" + name + ": " + why + "; run them one by one");
    }
}
