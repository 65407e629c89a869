package dev.lanewise.compiler.plan;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.formats.proto.Region;

/**
 * A tensor of the plan. Lowering makes it, the memory planner says where it lies; a view shares the
 * memory of another tensor.
 */
public final class PlanTensor {

    final String name;
    final ValueType type;
    final Literal constant;
    /** The tensor whose memory this one shares, or {@code null}. */
    PlanTensor viewOf;
    Region region = Region.ARENA;
    int offset;
    /** Index in the file, once emitted. */
    int id = -1;

    PlanTensor(String name, ValueType type, Literal constant) {
        this.name = name;
        this.type = type;
        this.constant = constant;
        if (constant != null) {
            region = Region.WEIGHTS;
        }
    }

    public String name() {
        return name;
    }

    public ValueType type() {
        return type;
    }

    public boolean isConstant() {
        return constant != null;
    }

    /** The tensor that owns the memory. */
    PlanTensor root() {
        PlanTensor root = this;
        while (root.viewOf != null) {
            root = root.viewOf;
        }
        return root;
    }

    /** Elements at the bounds. */
    long capacity() {
        long product = 1;
        for (Dim dim : type.shape()) {
            long max = Math.max(0, dim.max());
            if (max == 0) {
                return 0;
            }
            product = Math.multiplyHigh(product, max) != 0 ? Long.MAX_VALUE : product * max;
            if (product < 0) {
                return Long.MAX_VALUE;
            }
        }
        return product;
    }

    @Override
    public String toString() {
        return name + " " + type;
    }
}
