package dev.lanewise.compiler.export;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.DimProto;
import dev.lanewise.formats.proto.ExpressionProto;
import dev.lanewise.formats.proto.ModelProto;
import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.formats.proto.Region;
import dev.lanewise.runtime.plan.Plan;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The tensors and extents of a model file that has been validated: types, shapes as expressions, names. */
final class LaneTensors {

    private final Plan plan;
    private final ModelProto model;
    /** [id] extents, made when they are asked for: a file may have more than it uses. */
    private final Dim[] dims;
    /** Names of outputs, by tensor. */
    private final Map<Integer, String> outputs = new HashMap<>();

    LaneTensors(Plan plan, ProgramProto program) {
        this.plan = plan;
        this.model = plan.model();
        this.dims = new Dim[model.getDimsCount()];
        program.getOutputsList().forEach(output -> outputs.put(output.getTensor(), output.getName()));
    }

    Plan plan() {
        return plan;
    }

    DType type(int tensor) {
        return plan.type(tensor);
    }

    List<Dim> shape(int tensor) {
        List<Dim> shape = new ArrayList<>();
        for (int id : plan.dims(tensor)) {
            shape.add(dim(id));
        }
        return shape;
    }

    boolean isWeight(int tensor) {
        return model.getTensors(tensor).getRegion() == Region.WEIGHTS;
    }

    boolean isSplat(int tensor) {
        return model.getTensors(tensor).getSplat();
    }

    /** The name of the output that it is, else that in the source model; {@code null} where the file has none. */
    String name(int tensor) {
        if (outputs.containsKey(tensor)) {
            return outputs.get(tensor);
        }
        return tensor < model.getDebug().getTensorNamesCount() ? model.getDebug().getTensorNames(tensor) : null;
    }

    /** The extent of an id. Entries refer to earlier ones alone, in chains that may be long. */
    Dim dim(int id) {
        TreeSet<Integer> missing = new TreeSet<>();
        Deque<Integer> open = new ArrayDeque<>(List.of(id));
        while (!open.isEmpty()) {
            int next = open.pop();
            if (dims[next] == null && missing.add(next)
                    && model.getDims(next).getKindCase() == DimProto.KindCase.EXPRESSION) {
                open.push(model.getDims(next).getExpression().getA());
                open.push(model.getDims(next).getExpression().getB());
            }
        }
        missing.forEach(next -> dims[next] = read(next));
        return dims[id];
    }

    private Dim read(int id) {
        DimProto proto = model.getDims(id);
        return switch (proto.getKindCase()) {
            case NUMBER -> Dim.of(proto.getNumber());
            case SYMBOL -> Dim.symbol(
                    proto.getSymbol().getName(), proto.getSymbol().getMin(), proto.getSymbol().getMax());
            case LEARNT_MAX -> Dim.learnt("learnt." + id, proto.getLearntMax());
            case EXPRESSION -> apply(proto.getExpression());
            case KIND_NOT_SET -> throw new IllegalStateException("validated before");
        };
    }

    private Dim apply(ExpressionProto expression) {
        Dim a = dims[expression.getA()];
        Dim b = dims[expression.getB()];
        return switch (expression.getKind()) {
            case ADD -> a.plus(b);
            case SUB -> a.minus(b);
            case MUL -> a.times(b);
            case FLOOR_DIV -> a.floorDiv(b);
            case CEIL_DIV -> a.ceilDiv(b);
            case MIN -> a.min(b);
            case MAX -> a.max(b);
            case MOD -> a.mod(b);
            case UNRECOGNIZED -> throw new IllegalStateException("validated before");
        };
    }
}
