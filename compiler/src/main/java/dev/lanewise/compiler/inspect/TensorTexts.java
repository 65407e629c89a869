package dev.lanewise.compiler.inspect;

import dev.lanewise.formats.WeightForm;
import dev.lanewise.formats.proto.DimProto;
import dev.lanewise.formats.proto.ExpressionProto;
import dev.lanewise.runtime.plan.Plan;

/** Tensors of a plan as people write them: {@code f32[T, 128]}. */
final class TensorTexts {

    private final Plan plan;
    private final String[] dims;

    TensorTexts(Plan plan) {
        this.plan = plan;
        this.dims = new String[plan.model().getDimsCount()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = render(plan.model().getDims(i));
        }
    }

    private String render(DimProto dim) {
        return switch (dim.getKindCase()) {
            case NUMBER -> Integer.toString(dim.getNumber());
            case SYMBOL -> dim.getSymbol().getName();
            case LEARNT_MAX -> "≤" + dim.getLearntMax();
            case EXPRESSION -> render(dim.getExpression());
            case KIND_NOT_SET -> "?";
        };
    }

    private String render(ExpressionProto expression) {
        String a = dims[expression.getA()];
        String b = dims[expression.getB()];
        // expressions of expressions grow without bound; people stop reading long before
        if (a.length() + b.length() > 60) {
            return "…";
        }
        return switch (expression.getKind()) {
            case ADD -> a + " + " + b;
            case SUB -> a + " - " + group(b);
            case MUL -> group(a) + "·" + group(b);
            case FLOOR_DIV -> "⌊" + a + " / " + group(b) + "⌋";
            case CEIL_DIV -> "⌈" + a + " / " + group(b) + "⌉";
            case MIN -> "min(" + a + ", " + b + ")";
            case MAX -> "max(" + a + ", " + b + ")";
            case MOD -> group(a) + " mod " + group(b);
            case UNRECOGNIZED -> "?";
        };
    }

    private static String group(String text) {
        return text.contains(" ") && !text.endsWith(")") && !text.endsWith("⌋") && !text.endsWith("⌉")
                ? "(" + text + ")"
                : text;
    }

    /** Element type and extents. */
    String type(int tensor) {
        StringBuilder text = new StringBuilder(plan.type(tensor).toString()).append('[');
        int[] ids = plan.dims(tensor);
        for (int axis = 0; axis < ids.length; axis++) {
            text.append(axis == 0 ? "" : ", ").append(dims[ids[axis]]);
        }
        return text.append(']').toString();
    }

    String name(int tensor) {
        return plan.tensorName(tensor);
    }

    /** Bytes at the bounds. */
    long bytes(int tensor) {
        return (long) plan.capacity(tensor) * plan.type(tensor).bytes();
    }

    /** A weight as it is stored: {@code int8[512, 128] 66 KiB}. */
    String stored(int tensor) {
        String type = type(tensor);
        WeightForm form = plan.form(tensor);
        return (form == WeightForm.F32 ? type : form + type.substring(type.indexOf('['))) + " "
                + Sizes.bytes(plan.stored(tensor));
    }
}
