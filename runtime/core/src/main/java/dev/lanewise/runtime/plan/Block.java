package dev.lanewise.runtime.plan;

import java.util.Arrays;
import java.util.List;

/**
 * Steps in order. Where an extent is learnt while running, every step is reshaped before each run;
 * elsewhere only when the caller changed a shape.
 */
public final class Block {

    private final Step[] steps;
    /** Without the steps that do nothing, such as a reshape in place. */
    private final Step[] running;
    private long multiplyAdds;
    private final Operand[][] operands;
    private final boolean learns;
    private final SessionMemory memory;

    /** Tensors that the enclosing step fills before it runs the block. */
    public final List<Operand> params;

    /** Tensors that the enclosing step reads afterwards. */
    public final List<Operand> results;

    /**
     * @param operands of each step, refreshed before it is reshaped
     * @param learns whether extents may change while the block runs
     */
    public Block(
            Step[] steps, Operand[][] operands, List<Operand> params, List<Operand> results,
            boolean learns, SessionMemory memory) {
        this.steps = steps;
        this.running = Arrays.stream(steps).filter(step -> !step.isEmpty()).toArray(Step[]::new);
        this.operands = operands;
        this.params = List.copyOf(params);
        this.results = List.copyOf(results);
        this.learns = learns;
        this.memory = memory;
    }

    /** Steps, for timing them one by one. */
    public int size() {
        return steps.length;
    }

    public Step step(int i) {
        return steps[i];
    }

    /** Takes over changed extents; nothing to do where every step does so before it runs. */
    public void reshape() {
        for (Operand param : params) {
            param.refresh(memory.extents());
        }
        if (!learns) {
            multiplyAdds = 0;
            for (int i = 0; i < steps.length; i++) {
                reshape(i);
                multiplyAdds += steps[i].multiplyAdds();
            }
            for (Operand result : results) {
                result.refresh(memory.extents());
            }
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
            for (int i = 0; i < steps.length; i++) {
                reshape(i);
                memory.count(steps[i].multiplyAdds());
                steps[i].run();
            }
            for (Operand result : results) {
                result.refresh(memory.extents());
            }
        } else {
            memory.count(multiplyAdds);
            for (Step step : running) {
                step.run();
            }
        }
    }
}
