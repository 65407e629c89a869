package dev.lanewise.runtime;

import java.util.List;

/**
 * What happened while a model's kernels were warmed; see {@link Model#warmUp}. Immutable.
 *
 * @param kernels the kernels that were warmed
 * @param packNanos until the weights were packed and the steps prepared
 * @param nanos from the first packing until the kernels were hot
 * @param runs of the whole model
 * @param bytes that a run still allocated at the end; 0 where all kernels are compiled
 * @param problem why the model could not be warmed on inputs of zeros, or empty
 * @param steps the outermost steps, in order; none where there was a problem
 */
public record WarmUpReport(
        String kernels, long packNanos, long nanos, int runs, long bytes, String problem, List<StepTime> steps) {

    /**
     * One step, with those of the blocks inside it.
     *
     * @param number the step's, among all steps
     * @param nanos the shortest of several runs on the kernels that were warmed
     * @param scalarNanos the same on scalar kernels
     * @param scalar whether the step keeps its scalar kernel, being slower on the other one
     * @param packedBytes what its weights take when packed
     * @param forms what they were packed to, and the kernels that were made for them alone
     */
    public record StepTime(
            int number, long nanos, long scalarNanos, boolean scalar, long packedBytes, List<String> forms) {}
}
