package dev.lanewise.bench.row;

import ai.djl.ndarray.NDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** One state of many streams, for each in an array of its own, as a server has it whose streams come and go. */
public final class Scattered {

    private final float[][] values; // (streams, width)
    private final FloatBuffer all; // (streams, width)

    /** States of zeros. */
    public Scattered(int streams, int width) {
        values = new float[streams][width];
        all = ByteBuffer.allocateDirect(4 * streams * width).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    /** Every stream gets its row of {@code from [streams, width]}. */
    public void scatter(FloatBuffer from) {
        from.rewind();
        for (float[] value : values) {
            from.get(value);
        }
    }

    /** Every stream's row of {@code into [streams, width]} is set. */
    public void gather(FloatBuffer into) {
        into.clear();
        for (float[] value : values) {
            into.put(value);
        }
    }

    /** What PyTorch gave goes to the streams and comes from there in a new array; the old one is closed. */
    NDArray throughStreams(NDArray state) {
        scatter(state.toByteBuffer(true).asFloatBuffer());
        gather(all);
        NDArray gathered = state.getManager().create(all.rewind(), state.getShape());
        state.close();
        return gathered;
    }
}
