package dev.lanewise.compiler.plan;

import dev.lanewise.formats.proto.StepKind;
import java.util.ArrayList;
import java.util.List;

/** A step of the plan before it is written: operands still by reference, extents still as ids. */
public final class PlanStep {

    final String name;
    final StepKind kind;
    /** {@code null} for absent operands. */
    final List<PlanTensor> inputs;
    final List<PlanTensor> outputs;
    final List<Integer> ints = new ArrayList<>();
    final List<Float> floats = new ArrayList<>();
    final List<PlanBlock> blocks = new ArrayList<>();

    PlanStep(String name, StepKind kind, List<PlanTensor> inputs, List<PlanTensor> outputs) {
        this.name = name;
        this.kind = kind;
        this.inputs = inputs;
        this.outputs = outputs;
    }

    public PlanStep ints(int... values) {
        for (int value : values) {
            ints.add(value);
        }
        return this;
    }

    public PlanStep ints(List<Integer> values) {
        ints.addAll(values);
        return this;
    }

    public PlanStep flag(boolean value) {
        return ints(value ? 1 : 0);
    }

    public PlanStep floats(float... values) {
        for (float value : values) {
            floats.add(value);
        }
        return this;
    }

    public PlanStep block(PlanBlock block) {
        blocks.add(block);
        return this;
    }
}
