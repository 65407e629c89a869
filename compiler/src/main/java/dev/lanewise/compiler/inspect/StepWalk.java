package dev.lanewise.compiler.inspect;

import dev.lanewise.formats.proto.BlockProto;
import dev.lanewise.formats.proto.ModelProto;
import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.formats.proto.Region;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Walks the steps of a program, nested ones too, and says what each does and costs. */
final class StepWalk {

    private final Plan plan;
    private final ModelProto model;
    private final TensorTexts texts;
    private final int[] atMost;
    private final List<StepFacts> steps = new ArrayList<>();

    StepWalk(Plan plan, TensorTexts texts) {
        this.plan = plan;
        this.model = plan.model();
        this.texts = texts;
        this.atMost = plan.extents().atMost();
    }

    List<StepFacts> steps(ProgramProto program) {
        walk(program.getBody(), 0, 1);
        return steps;
    }

    private void walk(BlockProto block, int depth, long rounds) {
        for (StepProto step : block.getStepsList()) {
            steps.add(facts(step, depth, rounds));
            long inner = rounds;
            if (step.getKind() == StepKind.REPEAT && step.getIntsCount() > 1) {
                inner = rounds * Math.max(1, extent(step.getInts(1)));
            }
            for (BlockProto nested : step.getBlocksList()) {
                walk(nested, depth + 1, inner);
            }
        }
    }

    private long extent(int dim) {
        return dim >= 0 && dim < atMost.length ? Math.max(0, atMost[dim]) : 0;
    }

    private StepFacts facts(StepProto step, int depth, long rounds) {
        int number = steps.size();
        List<Integer> inputs = new ArrayList<>();
        List<Integer> weights = new ArrayList<>();
        List<String> weightTypes = new ArrayList<>();
        long weightBytes = 0;
        for (int operand : step.getInputsList()) {
            if (operand == 0) {
                continue;
            }
            int tensor = operand - 1;
            if (model.getTensors(tensor).getRegion() == Region.WEIGHTS) {
                weights.add(tensor);
                weightBytes += plan.stored(tensor);
                weightTypes.add(texts.stored(tensor));
            } else {
                inputs.add(tensor);
            }
        }
        List<Integer> outputs = new ArrayList<>();
        List<String> types = new ArrayList<>();
        long outputBytes = 0;
        for (int operand : step.getOutputsList()) {
            if (operand != 0) {
                outputs.add(operand - 1);
                types.add(texts.type(operand - 1));
                outputBytes += texts.bytes(operand - 1);
            }
        }
        String kind = kind(step);
        String name = number < model.getDebug().getStepNamesCount() ? model.getDebug().getStepNames(number) : "";
        return new StepFacts(number, depth, name.isBlank() ? kind : name, kind, inputs, outputs, types,
                step.getBlocksList().stream().flatMap(block -> block.getParamsList().stream()).toList(), weights,
                weightTypes, weightBytes, outputBytes, rounds * multiplyAdds(step));
    }

    private static String kind(StepProto step) {
        String kind = step.getKind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return switch (step.getKind()) {
            case UNARY -> function(step, 0, UnaryFn.values(), kind);
            case BINARY -> function(step, 0, BinaryFn.values(), kind);
            case REDUCE -> "reduce " + function(step, 0, ReduceFn.values(), "");
            case MATMUL -> kind + epilogue(step, 1);
            case CONV, DEPTHWISE_PLANES -> kind + epilogue(step, step.getIntsCount() - 1);
            default -> kind;
        };
    }

    private static String function(StepProto step, int at, Enum<?>[] functions, String otherwise) {
        int number = step.getIntsCount() > at ? step.getInts(at) : -1;
        return number >= 0 && number < functions.length
                ? functions[number].name().toLowerCase(Locale.ROOT).replace('_', ' ')
                : otherwise;
    }

    private static String epilogue(StepProto step, int at) {
        int number = at >= 0 && step.getIntsCount() > at ? step.getInts(at) - 1 : -1;
        return number >= 0 && number < UnaryFn.values().length
                ? " + " + UnaryFn.values()[number].name().toLowerCase(Locale.ROOT).replace('_', ' ')
                : "";
    }

    /** Products and sums at the bounds, as the step itself counts them when it runs. */
    private long multiplyAdds(StepProto step) {
        return switch (step.getKind()) {
            case MATMUL -> output(step) * last(step, 0);
            case MATMUL_DYNAMIC -> output(step) * summed(step);
            case CONV, DEPTHWISE_PLANES -> {
                // every element of the output sums over what one filter covers
                long filter = input(step, 1);
                long channels = first(step, 1);
                yield channels == 0 ? 0 : output(step) * (filter / channels);
            }
            case LSTM, GRU, RNN -> rows(step) * (input(step, 1) + input(step, 2));
            case RECURRENT_FORWARD -> rows(step) * (input(step, 1) + input(step, 2));
            case RECURRENT_BACKWARD -> {
                long weights = input(step, 2);
                for (int i = 0; i < 3; i++) { // gradients of x and W are products as large as W, that of R as R
                    weights += hasOutput(step, i) ? input(step, i == 2 ? 2 : 1) : 0;
                }
                yield rows(step) * weights;
            }
            case ATTENTION -> {
                long keys = second(step, 1);
                yield (input(step, 0) + output(step)) * keys;
            }
            case ATTENTION_GRAD -> {
                long keys = second(step, 1);
                yield (3 * input(step, 0) + 2 * input(step, 4)) * keys;
            }
            default -> 0;
        };
    }

    /** The extent that a product of a, transposed or not, sums over. */
    private long summed(StepProto step) {
        int[] dims = dims(step, 0);
        boolean transA = step.getIntsCount() > 1 && step.getInts(1) == 1;
        return dims.length < 2 ? 1 : extent(dims[dims.length - (transA ? 2 : 1)]);
    }

    /** Steps of all sequences. */
    private long rows(StepProto step) {
        return input(step, 0) / Math.max(1, last(step, 0));
    }

    private static boolean hasOutput(StepProto step, int i) {
        return i < step.getOutputsCount() && step.getOutputs(i) > 0;
    }

    private long input(StepProto step, int i) {
        return i < step.getInputsCount() && step.getInputs(i) > 0 ? plan.capacity(step.getInputs(i) - 1) : 0;
    }

    private long output(StepProto step) {
        return step.getOutputsCount() > 0 && step.getOutputs(0) > 0 ? plan.capacity(step.getOutputs(0) - 1) : 0;
    }

    private long last(StepProto step, int i) {
        int[] dims = dims(step, i);
        return dims.length == 0 ? 1 : extent(dims[dims.length - 1]);
    }

    private long first(StepProto step, int i) {
        int[] dims = dims(step, i);
        return dims.length == 0 ? 1 : extent(dims[0]);
    }

    private long second(StepProto step, int i) {
        int[] dims = dims(step, i);
        return dims.length < 2 ? 1 : extent(dims[1]);
    }

    private int[] dims(StepProto step, int i) {
        return i < step.getInputsCount() && step.getInputs(i) > 0 ? plan.dims(step.getInputs(i) - 1) : new int[0];
    }
}
