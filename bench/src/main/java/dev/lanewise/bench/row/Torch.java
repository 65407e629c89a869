package dev.lanewise.bench.row;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/** Work in PyTorch's own operations, called through DJL. */
public interface Torch {

    /** Makes weights and inputs, once. */
    Call prepare(NDManager manager);

    /** One call; the caller closes what it returns. */
    interface Call {
        NDList run();
    }

    /** An array of {@code shape} with {@code values} in row-major order. */
    static NDArray array(NDManager manager, float[] values, int... shape) {
        long[] extents = new long[shape.length];
        for (int i = 0; i < shape.length; i++) {
            extents[i] = shape[i];
        }
        return manager.create(values, new Shape(extents));
    }
}
