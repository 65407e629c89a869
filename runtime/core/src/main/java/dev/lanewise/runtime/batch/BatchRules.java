package dev.lanewise.runtime.batch;

import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import java.util.ArrayList;
import java.util.List;

/**
 * What a step becomes when what it reads has a leading axis {@code streams}. Most kinds take one more axis as they
 * are; products take more rows, convolutions, pools and attention more of a batch, and recurrent cells more streams,
 * time first.
 */
final class BatchRules {

    private final BatchTensors tensors;
    private final BatchSteps steps;
    private StepProto step;
    private StepProto.Builder batched;
    /** Steps that put what the step has written where it belongs. */
    private final List<Runnable> afterwards = new ArrayList<>();

    BatchRules(BatchTensors tensors, BatchSteps steps) {
        this.tensors = tensors;
        this.steps = steps;
    }

    /** Emits the step for many streams; {@code false} where there is no such form. */
    boolean apply(StepProto one) {
        step = one;
        batched = one.toBuilder();
        afterwards.clear();
        if (!rewrite()) {
            return false;
        }
        steps.emit(batched.build());
        afterwards.forEach(Runnable::run);
        return true;
    }

    private boolean rewrite() {
        // what lacks operands is no such step: it goes on as it is, and is refused with the step's own words
        return hasRank(0, 0) && (hasOutput(0) || isRecurrent()) && hasForm();
    }

    private boolean hasForm() {
        return switch (step.getKind()) {
            case UNARY, CAST, RESHAPE -> isBatched(0);
            case BINARY, WHERE -> broadcast(step.getInputsCount(), rank(output(0)));
            case EXPAND -> isBatched(0) && broadcast(1, rank(output(0)));
            case MATMUL -> onlyBatched(0) && rank(input(0)) > 0;
            case MATMUL_DYNAMIC -> scratchOfOne(1) && broadcast(2, rank(output(0)));
            case SOFTMAX -> isBatched(0) && rank(input(0)) > 0;
            case TRILU -> onlyBatched(0);
            case LAYER_NORM, RMS_NORM, ARG_EXTREME, CUMULATE -> onlyBatched(0) && nextAxis(0);
            case TOP_K, ONE_HOT -> onlyBatched(0) && nextAxis(0);
            case REDUCE -> isBatched(0) && nextAxes(1);
            case TRANSPOSE -> isBatched(0) && transpose();
            case SLICE -> isBatched(0) && perAxis(0, 2, tensors.number(0), 1);
            case PAD -> onlyBatched(0) && perAxis(1, 1, tensors.number(0), 0);
            case GATHER -> gather();
            case CONCAT, GATHER_ELEMENTS, SCATTER_ELEMENTS -> spreadAll() && nextAxis(0);
            case GATHER_ND -> spreadAll() && nextAxis(0); // the number of batch axes is one more
            case CONV, CONV_DYNAMIC, DEPTHWISE_PLANES, POOL_MAX, POOL_AVERAGE ->
                    onlyBatched(0) && hasRank(0, 1) && merge(0) && mergeOutput(0);
            case ATTENTION -> !hasOutput(2) && attention();
            case LSTM -> hasRank(0, 2) && recurrent(7, 3);
            case GRU, RNN -> hasRank(0, 2) && recurrent(6, 2);
            default -> false;
        };
    }

    // operands of the step as it was

    private boolean has(int i) {
        return i < step.getInputsCount() && step.getInputs(i) != 0;
    }

    private boolean hasOutput(int i) {
        return i < step.getOutputsCount() && step.getOutputs(i) != 0;
    }

    private int input(int i) {
        return step.getInputs(i) - 1;
    }

    private int output(int i) {
        return step.getOutputs(i) - 1;
    }

    private int rank(int tensor) {
        return tensors.dimsOfOne(tensor).size();
    }

    private boolean hasRank(int i, int least) {
        return has(i) && rank(input(i)) >= least;
    }

    private boolean isRecurrent() {
        return step.getKind() == StepKind.LSTM || step.getKind() == StepKind.GRU || step.getKind() == StepKind.RNN;
    }

    private boolean isBatched(int i) {
        return has(i) && tensors.isBatched(input(i));
    }

    /** Whether that input differs from stream to stream, and no other does. */
    private boolean onlyBatched(int i) {
        boolean only = isBatched(i);
        for (int other = 0; other < step.getInputsCount(); other++) {
            only &= other == i || !isBatched(other);
        }
        return only;
    }

    // operands of the step as it will be

    private void setInput(int i, int tensor) {
        batched.setInputs(i, tensor + 1);
    }

    private void setOutput(int i, int tensor) {
        batched.setOutputs(i, tensor + 1);
    }

    /** An input with the leading axis, whether or not it differs. */
    private int stacked(int i) {
        return isBatched(i) ? input(i) : steps.spread(input(i));
    }

    private boolean spreadAll() {
        for (int i = 0; i < step.getInputsCount(); i++) {
            if (has(i)) {
                setInput(i, stacked(i));
            }
        }
        return true;
    }

    /** A view of an input of the new step. */
    private int viewed(int tensor, List<Integer> dims) {
        int view = tensors.view(tensor, dims);
        steps.move(StepKind.RESHAPE, tensor, view);
        return view;
    }

    /** The step writes a view of its output. */
    private void writesView(int i, int tensor, List<Integer> dims) {
        int view = tensors.view(tensor, dims);
        setOutput(i, view);
        afterwards.add(() -> steps.move(StepKind.RESHAPE, view, tensor));
    }

    /** Extents with the streams folded into an axis. */
    private List<Integer> folded(List<Integer> dimsOfOne, int axis) {
        List<Integer> dims = new ArrayList<>(dimsOfOne);
        dims.set(axis, tensors.timesStreams(dims.get(axis)));
        return dims;
    }

    // forms

    /** Inputs of lower rank than the result keep their axes innermost: ones come in behind the streams. */
    private boolean broadcast(int inputs, int rank) {
        for (int i = 0; i < inputs; i++) {
            if (isBatched(i) && rank(input(i)) < rank) {
                List<Integer> dims = new ArrayList<>(List.of(tensors.streams()));
                for (int axis = rank(input(i)); axis < rank; axis++) {
                    dims.add(tensors.number(1));
                }
                dims.addAll(tensors.dimsOfOne(input(i)));
                setInput(i, viewed(input(i), dims));
            }
        }
        return true;
    }

    /** Scratch that one stream after the other can use. */
    private boolean scratchOfOne(int i) {
        if (hasOutput(i)) {
            setOutput(i, tensors.oneLike(output(i)));
        }
        return true;
    }

    private boolean nextAxis(int i) {
        return nextAxes(i, Math.min(i + 1, step.getIntsCount()));
    }

    private boolean nextAxes(int from) {
        return nextAxes(from, step.getIntsCount());
    }

    private boolean nextAxes(int from, int to) {
        for (int i = from; i < to; i++) {
            batched.setInts(i, step.getInts(i) + 1);
        }
        return true;
    }

    private boolean transpose() {
        batched.clearInts().addInts(0);
        step.getIntsList().forEach(axis -> batched.addInts(axis + 1));
        return true;
    }

    /**
     * Lists with an entry for each axis get one more in front.
     *
     * @param from position of the first list
     * @param lists how many there are, {@code first} for the first of them and {@code others} for the others
     */
    private boolean perAxis(int from, int lists, int first, int others) {
        int rank = rank(input(0));
        if (step.getIntsCount() != from + lists * rank) {
            return false;
        }
        batched.clearInts().addAllInts(step.getIntsList().subList(0, from));
        for (int list = 0; list < lists; list++) {
            batched.addInts(list == 0 ? first : others);
            batched.addAllInts(step.getIntsList().subList(from + list * rank, from + (list + 1) * rank));
        }
        return true;
    }

    private boolean gather() {
        if (onlyBatched(0)) {
            return nextAxis(0);
        }
        return onlyBatched(1) && step.getIntsCount() > 0 && step.getInts(0) == 0; // rows of one table
    }

    /** The streams become more of the batch, the outermost axis. */
    private boolean merge(int i) {
        setInput(i, viewed(stacked(i), folded(tensors.dimsOfOne(input(i)), 0)));
        return true;
    }

    private boolean mergeOutput(int i) {
        if (rank(output(i)) < 1) {
            return false;
        }
        writesView(i, output(i), folded(tensors.dimsOfOne(output(i)), 0));
        return true;
    }

    private boolean attention() {
        if (!hasRank(0, 1) || !hasRank(1, 2) || !hasRank(2, 2) || has(3) && !hasRank(3, 1)
                || has(4) && !(hasRank(4, 2) && hasRank(5, 2))) {
            return false;
        }
        int batch = tensors.dimsOfOne(input(0)).get(0);
        boolean keysFirst = step.getIntsCount() > 2 && step.getInts(2) == 1;
        if (has(3)) {
            int biases = tensors.dimsOfOne(input(3)).get(0);
            if (isBatched(3) || !tensors.isOne(biases)) {
                if (biases != batch && !(tensors.isOne(biases) && tensors.isOne(batch))) {
                    return false;
                }
                merge(3);
            }
        }
        merge(0);
        for (int i : has(4) ? new int[] {1, 2, 4, 5} : new int[] {1, 2}) { // keys and values, and those of the past
            if (keysFirst) {
                setInput(i, outerAxisFirst(i));
            } else {
                merge(i);
            }
        }
        return scratchOfOne(1) && mergeOutput(0);
    }

    /** {@code [streams, a, b, ...]} as {@code [a, streams · b, ...]}: another order in memory, unless a is 1. */
    private int outerAxisFirst(int i) {
        int tensor = stacked(i);
        List<Integer> one = tensors.dimsOfOne(input(i));
        if (!tensors.isOne(one.get(0))) {
            tensor = tensors.stackedLike(input(i), swapped(one));
            steps.move(StepKind.TRANSPOSE, stacked(i), tensor, swap(one.size()));
        }
        return viewed(tensor, folded(one, 1));
    }

    private List<Integer> swapped(List<Integer> dimsOfOne) {
        List<Integer> dims = new ArrayList<>(List.of(dimsOfOne.get(0), tensors.streams()));
        dims.addAll(dimsOfOne.subList(1, dimsOfOne.size()));
        return dims;
    }

    /** The permutation that exchanges the first two axes. */
    private static Integer[] swap(int rankOfOne) {
        Integer[] permutation = new Integer[rankOfOne + 1];
        for (int axis = 0; axis < permutation.length; axis++) {
            permutation[axis] = axis < 2 ? 1 - axis : axis;
        }
        return permutation;
    }

    /** x [T, B, I] and y [T, B, H]: time stays first. */
    private boolean recurrent(int inputs, int scratch) {
        for (int i = 1; i <= 3; i++) {
            if (isBatched(i)) {
                return false;
            }
        }
        if (hasOutput(0) && rank(output(0)) < 2) {
            return false;
        }
        setInput(0, outerAxisFirst(0));
        for (int i = 4; i < inputs; i++) {
            if (has(i)) {
                setInput(i, stacked(i));
            }
        }
        if (hasOutput(0)) {
            List<Integer> one = tensors.dimsOfOne(output(0));
            if (tensors.isOne(one.get(0))) {
                writesView(0, output(0), folded(one, 1));
            } else {
                int y = output(0);
                int timeFirst = tensors.stackedLike(y, swapped(one));
                writesView(0, timeFirst, folded(one, 1));
                afterwards.add(() -> steps.move(StepKind.TRANSPOSE, timeFirst, y, swap(one.size())));
            }
        }
        return hasOutput(scratch);
    }
}
