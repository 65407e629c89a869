package dev.lanewise.compiler.cli;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.inspect.Sizes;
import dev.lanewise.formats.DType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The results of one output: one, or those of many steps along a new first axis; along their own first
 * axis where they differ in it, as the last chunk of a stream does.
 */
final class Stack {

    private final DType type;
    private final boolean stacked;
    private final ByteArrayOutputStream elements = new ByteArrayOutputStream();
    private int[] shape;
    private int count;
    private int rows;
    private boolean uneven;
    private boolean ragged;

    Stack(DType type, boolean stacked) {
        this.type = type;
        this.stacked = stacked;
    }

    /** Adds the result of a step. */
    void add(int[] newShape, byte[] newElements) {
        if (shape != null && !Arrays.equals(shape, newShape)) {
            uneven = true;
            ragged |= shape.length == 0
                    || !Arrays.equals(shape, 1, shape.length, newShape, 1, Math.max(1, newShape.length));
        }
        rows += newShape.length == 0 ? 0 : newShape[0];
        shape = newShape;
        count++;
        elements.writeBytes(newElements);
    }

    DType type() {
        return type;
    }

    byte[] elements() {
        return elements.toByteArray();
    }

    /** [steps, shape of one...], or [rows of all, ...]; all elements as one vector where neither fits. */
    int[] shape() {
        if (ragged) {
            return new int[] {elements.size() / type.bytes()};
        }
        if (uneven) {
            int[] joined = shape.clone();
            joined[0] = rows;
            return joined;
        }
        if (!stacked) {
            return shape;
        }
        int[] all = new int[shape.length + 1];
        all[0] = count;
        System.arraycopy(shape, 0, all, 1, shape.length);
        return all;
    }

    String describe() {
        return type + Arrays.toString(shape()) + (stacked ? ", " + Sizes.of(count, "step") : "");
    }

    /** The first few elements as text. */
    String first(int shown) {
        int size = elements.size() / type.bytes();
        int n = Math.min(shown, size);
        Literal literal = Literal.decode(type, ByteBuffer.wrap(elements.toByteArray()), n);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < n; i++) {
            text.append(i == 0 ? "" : " ");
            text.append(type.isFloating()
                    ? Float.toString((float) literal.doubleAt(i))
                    : Long.toString(literal.longAt(i)));
        }
        return text + (size > n ? " …" : "");
    }
}
