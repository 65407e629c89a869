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
    /** [step] ids of the extents that it follows; {@code null} where it is always reshaped. */
    private final int[][] followed;
    /** [step] their values when it was reshaped. */
    private final int[][] seen;
    /** [step] whether it was, and all fitted. */
    private final boolean[] fits;
    /** [step] of one run. */
    private final long[] stepMultiplyAdds;
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
     * @param followed ids of the extents that each step's reshaping depends on; {@code null} for a step with blocks
     */
    public Block(
            Step[] steps, Operand[][] operands, int[][] followed, List<Operand> params, List<Operand> results,
            SessionMemory memory) {
        this.steps = steps;
        this.running = withoutEmpty(steps);
        this.operands = operands;
        this.followed = followed;
        this.seen = new int[steps.length][];
        for (int i = 0; i < steps.length; i++) {
            seen[i] = new int[followed[i] == null ? 0 : followed[i].length];
        }
        this.fits = new boolean[steps.length];
        this.stepMultiplyAdds = new long[steps.length];
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
            if (hasChanged(i)) {
                fits[i] = false; // should it fail
                reshape(i);
                stepMultiplyAdds[i] = steps[i].multiplyAdds();
                see(i);
            }
            sum += stepMultiplyAdds[i];
        }
        multiplyAdds = sum;
        for (int i = 0; i < results.size(); i++) {
            results.get(i).refresh(memory.extents());
        }
        version = memory.version();
    }

    /** Whether a step may have to be reshaped: in a model whose cache grows most steps never are. */
    private boolean hasChanged(int i) {
        if (followed[i] == null || !fits[i]) {
            return true;
        }
        for (int j = 0; j < followed[i].length; j++) {
            if (memory.extents()[followed[i][j]] != seen[i][j]) {
                return true;
            }
        }
        return false;
    }

    private void see(int i) {
        if (followed[i] != null) {
            for (int j = 0; j < followed[i].length; j++) {
                seen[i][j] = memory.extents()[followed[i][j]];
            }
            fits[i] = true;
        }
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
            reshapeIfChanged(i);
            memory.count(steps[i].multiplyAdds());
            steps[i].run();
        }
        for (int i = 0; i < results.size(); i++) {
            results.get(i).refresh(memory.extents());
        }
    }

    private void reshapeIfChanged(int i) {
        if (stepVersion[i] != memory.version()) {
            reshape(i);
            stepVersion[i] = memory.version();
        }
    }

    /** Runs one step, all those before it having been run. */
    public void runStep(int i) {
        reshapeIfChanged(i);
        if (!steps[i].isEmpty()) {
            steps[i].run();
        }
    }
}
