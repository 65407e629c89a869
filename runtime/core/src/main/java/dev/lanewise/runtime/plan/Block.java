package dev.lanewise.runtime.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * Steps in order. Where all extents are known when a run begins, all steps are reshaped together, before
 * the first of them runs; where steps learn extents, each is reshaped just before it runs, if an extent
 * has changed since it last was.
 */
public final class Block {

    private final Step[] steps;
    /** Without the steps that do nothing, such as a reshape in place. */
    private final Step[] running;
    private final Operand[][] operands;
    private final SessionMemory memory;
    private final boolean learns;
    /** [step] {@link SessionMemory#version()} of the extents it was reshaped for. */
    private final int[] stepVersion;
    private int version;
    private long multiplyAdds;

    /** Tensors that the enclosing step fills before it runs the block. */
    public final List<Operand> params;

    /** Tensors that the enclosing step reads afterwards. */
    public final List<Operand> results;

    /**
     * @param operands of each step, refreshed before it is reshaped
     */
    public Block(
            Step[] steps, Operand[][] operands, List<Operand> params, List<Operand> results, SessionMemory memory) {
        this.steps = steps;
        this.running = withoutEmpty(steps);
        this.operands = operands;
        this.params = List.copyOf(params);
        this.results = List.copyOf(results);
        this.memory = memory;
        this.learns = memory.definition().learns();
        this.stepVersion = new int[steps.length];
    }

    private static Step[] withoutEmpty(Step[] steps) {
        List<Step> running = new ArrayList<>();
        for (Step step : steps) {
            if (!step.isEmpty()) {
                running.add(step);
            }
        }
        return running.toArray(new Step[0]);
    }

    /** Steps, for timing them one by one. */
    public int size() {
        return steps.length;
    }

    public Step step(int i) {
        return steps[i];
    }

    /** Takes over changed extents now, so that what does not fit fails before anything has run. */
    public void reshape() {
        if (!learns) {
            reshapeAll();
        }
    }

    private void reshapeAll() {
        for (int i = 0; i < params.size(); i++) {
            params.get(i).refresh(memory.extents());
        }
        long sum = 0;
        for (int i = 0; i < steps.length; i++) {
            reshape(i);
            sum += steps[i].multiplyAdds();
        }
        multiplyAdds = sum;
        for (int i = 0; i < results.size(); i++) {
            results.get(i).refresh(memory.extents());
        }
        version = memory.version();
    }

    private void reshape(int i) {
        for (Operand operand : operands[i]) {
            operand.refresh(memory.extents());
        }
        steps[i].reshape();
    }

    public void run() {
        if (learns) {
            runLearning();
            return;
        }
        if (version != memory.version()) { // a branch that was not taken until now
            reshapeAll();
        }
        memory.count(multiplyAdds);
        for (Step step : running) {
            step.run();
        }
    }

    private void runLearning() {
        for (int i = 0; i < steps.length; i++) {
            if (stepVersion[i] != memory.version()) {
                reshape(i);
                stepVersion[i] = memory.version();
            }
            memory.count(steps[i].multiplyAdds());
            steps[i].run();
        }
        for (int i = 0; i < results.size(); i++) {
            results.get(i).refresh(memory.extents());
        }
    }
}
