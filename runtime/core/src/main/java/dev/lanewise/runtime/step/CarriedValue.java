package dev.lanewise.runtime.step;

import dev.lanewise.runtime.plan.Buffer;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.SessionMemory;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * A value that REPEAT passes from iteration to iteration: init → param, result → param after each, param
 * → output at the end. Its shape may change where its extents are learnt.
 */
final class CarriedValue {

    private final SessionMemory memory;
    private final Operand init;
    private final Operand param;
    private final Operand result;
    /** {@code null} where nobody wants the last value. */
    private final Operand output;
    /** Where the result waits while other params are overwritten; {@code null} where it need not. */
    private final Buffer waiting;
    /** [rank] The result may be another's param, whose shape changes before this one is passed on. */
    private final int[] shape;

    /**
     * @param waits whether the result lies in the memory of another param
     */
    CarriedValue(StepArgs args, Operand init, Operand param, Operand result, Operand output, boolean waits) {
        memory = args.memory();
        this.init = init;
        this.param = param;
        this.result = result;
        this.output = output;
        Handover.check(args, init, param);
        Handover.check(args, result, param);
        if (output != null) {
            Handover.check(args, param, output);
        }
        waiting = waits ? Buffer.allocate(param.buffer.storage(), param.capacity) : null;
        shape = new int[param.rank()];
    }

    void begin() {
        Handover.copy(memory, init, param);
    }

    /** First half of passing on: nothing is overwritten yet. */
    void leave() {
        if (result == param) {
            return;
        }
        System.arraycopy(result.shape, 0, shape, 0, shape.length);
        if (waiting != null && result.size <= param.capacity) { // else arrive() fails
            result.buffer.copy(result.offset, waiting, 0, result.size);
        }
    }

    /** Second half. */
    void arrive() {
        if (result == param) {
            return;
        }
        Handover.shape(memory, shape, param);
        if (waiting != null) {
            waiting.copy(0, param.buffer, param.offset, param.size);
        } else {
            result.buffer.copy(result.offset, param.buffer, param.offset, param.size);
        }
    }

    void end() {
        if (output != null) {
            Handover.copy(memory, param, output);
        }
    }
}
