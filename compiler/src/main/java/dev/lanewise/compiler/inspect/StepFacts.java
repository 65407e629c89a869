package dev.lanewise.compiler.inspect;

import java.util.List;

/**
 * One step of a program.
 *
 * @param number in the program's order, those of nested blocks in place
 * @param depth 0 for those of the program itself
 * @param name of the source model's node, or of the kind where the file has no names
 * @param kind what it does
 * @param inputs tensors that other steps compute, and inputs and states
 * @param outputs tensors it computes
 * @param outputTypes their types, as text
 * @param params tensors it fills before it runs the blocks inside it
 * @param weights tensors it takes from the weights
 * @param weightTypes how these are stored, as text
 * @param weightBytes what these take in the file
 * @param outputBytes what its outputs take at the bounds
 * @param multiplyAdds of one run at the bounds, all rounds of the loops around it together
 */
public record StepFacts(
        int number, int depth, String name, String kind, List<Integer> inputs, List<Integer> outputs,
        List<String> outputTypes, List<Integer> params, List<Integer> weights, List<String> weightTypes,
        long weightBytes, long outputBytes, long multiplyAdds) {}
