package dev.lanewise.runtime;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.PortProto;
import dev.lanewise.formats.proto.StateProto;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Plan;
import dev.lanewise.runtime.plan.Prepared;

/** Finds the step whose output is the first one of a program to hold a NaN, or else an infinity. */
final class NonFinite {

    private final Model model;
    private final Plan plan;
    private final Prepared prepared;
    private String firstInfinity;

    private NonFinite(Model model, Prepared prepared) {
        this.model = model;
        this.plan = model.plan();
        this.prepared = prepared;
    }

    /** Runs the steps, whose extents are prepared; {@code null} where all that they write is finite. */
    static String find(Model model, Prepared prepared) {
        return new NonFinite(model, prepared).find();
    }

    private String find() {
        // scratch is an output too, and keeps what earlier runs have left
        for (DType.Storage storage : DType.Storage.values()) {
            prepared.memory().arena(storage).clear(0, prepared.memory().arena(storage).length());
        }
        for (PortProto port : model.program().getInputsList()) {
            if (isNaN("input '" + port.getName() + "'", port.getTensor())) {
                return "input '" + port.getName() + "'";
            }
        }
        for (StateProto state : model.program().getStatesList()) {
            if (isNaN("state '" + state.getName() + "'", state.getValue())) {
                return "state '" + state.getName() + "'";
            }
        }
        int[] numbers = model.topLevelSteps();
        for (int i = 0; i < numbers.length; i++) {
            StepProto step = model.program().getBody().getSteps(i);
            prepared.body().runStep(i);
            for (int id : step.getOutputsList()) {
                String where = name(step, numbers[i]);
                if (id > 0 && isNaN(where, id - 1)) {
                    String before = firstInfinity == null || firstInfinity.startsWith(where)
                            ? ""
                            : "; before it " + firstInfinity;
                    return where + " gives NaN in '" + plan.tensorName(id - 1) + "'" + before;
                }
            }
        }
        return firstInfinity;
    }

    private boolean isNaN(String where, int tensor) {
        Operand operand = prepared.operands()[tensor];
        if (operand == null || !operand.type.isFloating()) {
            return false;
        }
        for (int i = 0; i < operand.size; i++) {
            double value = Elements.get(operand.buffer, operand.type, operand.offset + i);
            if (Double.isNaN(value)) {
                return true;
            }
            if (Double.isInfinite(value) && firstInfinity == null) {
                firstInfinity = where + " gives an infinity in '" + plan.tensorName(tensor) + "'";
            }
        }
        return false;
    }

    /** The source model's name for it, where the file has it. */
    private String name(StepProto step, int number) {
        int first = 0; // steps of earlier programs are named before
        for (var program : plan.model().getProgramsList()) {
            if (program.getName().equals(model.program().getName())) {
                break;
            }
            first += Model.count(program.getBody());
        }
        String kind = "step " + number + " (" + step.getKind() + ")";
        return first + number < plan.model().getDebug().getStepNamesCount()
                ? "'" + plan.model().getDebug().getStepNames(first + number) + "', " + kind
                : kind;
    }
}
