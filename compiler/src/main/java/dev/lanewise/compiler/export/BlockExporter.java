package dev.lanewise.compiler.export;

import dev.lanewise.formats.CompileException;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.proto.BlockProto;
import dev.lanewise.formats.proto.StepProto;
import java.util.ArrayList;
import java.util.List;

/** Walks blocks of steps, the program's and those within steps, and collects what has no form in ONNX. */
final class BlockExporter {

    private final LaneTensors tensors;
    private final List<LanewiseException> problems = new ArrayList<>();
    private int steps;

    BlockExporter(LaneTensors tensors) {
        this.tensors = tensors;
    }

    /** Drafts the steps of a block, whose parameters the scope knows. */
    void export(BlockProto block, Scope scope) {
        for (StepProto proto : block.getStepsList()) {
            LaneStep step = new LaneStep(proto, scope, this, name(steps++));
            scope.graph().making(step.tensorName());
            try {
                refuseSmallIntegers(step);
                StepExporters.export(step);
            } catch (PlanException e) {
                fail(step, step.unsupported(e.getMessage()));
            } catch (LanewiseException e) {
                fail(step, e);
            } catch (IndexOutOfBoundsException | IllegalStateException | IllegalArgumentException
                    | ArithmeticException | NullPointerException | NegativeArraySizeException e) {
                // a step's own checks run when a session is made of it, which takes the session's memory
                fail(step, step.bad("its operands and arguments do not fit each other (" + e + ")"));
            }
        }
        scope.graph().making(null);
    }

    private String name(int step) {
        List<String> names = tensors.plan().model().getDebug().getStepNamesList();
        return step < names.size() && !names.get(step).isEmpty() ? names.get(step) : "step " + step;
    }

    private static void refuseSmallIntegers(LaneStep step) {
        for (int i = 0; i < step.inputCount() + step.outputCount(); i++) {
            boolean input = i < step.inputCount();
            int at = input ? i : i - step.inputCount();
            if (input ? step.has(at) : step.gives(at)) {
                DType type = input ? step.type(at) : step.outType(at);
                if (type == DType.I4 || type == DType.U4) {
                    throw step.unsupported("of " + type + "; ONNX Runtime has integers of 4 bits as weights alone");
                }
            }
        }
    }

    /** What failed still has outputs, so that the steps behind it are looked at too. */
    private void fail(LaneStep step, LanewiseException problem) {
        problems.add(problem);
        for (int i = 0; i < step.outputCount(); i++) {
            if (step.gives(i)) {
                step.scope().define(step.output(i), new OnnxValue(step.outType(i)), true);
            }
        }
    }

    /** Fails with all that was collected, if anything. */
    void requireNoProblems() {
        if (!problems.isEmpty()) {
            throw new CompileException(tensors.plan().file().name(), problems);
        }
    }
}
