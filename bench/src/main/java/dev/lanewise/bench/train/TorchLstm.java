package dev.lanewise.bench.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * PyTorch's LSTM of one layer over padded sequences {@code [batch, time, channels]} of different lengths, as over
 * packed ones: what stands beyond a length changes no result, and the way back begins at each sequence's own end.
 *
 * @param name of Lanewise's layer, whose weights it has
 * @param both whether there is a layer for each direction, whose outputs stand side by side
 */
public record TorchLstm(TorchMath torch, String name, int units, boolean both) {

    /**
     * Outputs {@code [batch, time, units]}, twice the units for both directions. Beyond a length stand numbers that
     * mean nothing.
     *
     * @param lengths {@code [batch]} of i64; {@code null} where all are whole
     */
    public NDArray outputs(NDArray x, NDArray lengths) {
        NDArray forwards = direction(x, 0);
        if (!both) {
            return forwards;
        }
        NDArray mirror = mirror(x, lengths);
        NDArray backwards = rows(direction(rows(x, mirror), 1), mirror);
        return NDArrays.concat(new NDList(forwards, backwards), 2);
    }

    /** Each sequence's last hidden state, of both directions side by side: {@code [batch, units]}. */
    public NDArray last(NDArray x, NDArray lengths) {
        NDArray forwards = last(direction(x, 0), x, lengths);
        return both
                ? NDArrays.concat(new NDList(forwards, last(direction(rows(x, mirror(x, lengths)), 1), x, lengths)), 1)
                : forwards;
    }

    /** Over the real steps of {@code [batch, time, channels]}. */
    public static NDArray mean(NDArray y, NDArray lengths) {
        NDArray real = y.getManager().arange(0, (int) y.getShape().get(1), 1, DataType.INT64).reshape(1, -1)
                .lt(lengths.reshape(-1, 1)).toType(DataType.FLOAT32, false).expandDims(2);
        return y.mul(real).sum(new int[] {1}).div(lengths.toType(DataType.FLOAT32, false).reshape(-1, 1));
    }

    private NDArray last(NDArray y, NDArray x, NDArray lengths) {
        NDArray at = lengths(x, lengths).sub(1).reshape(-1, 1);
        return rows(y, at).reshape(-1, units);
    }

    private NDArray direction(NDArray x, int direction) {
        NDList weights = torch.recurrent(name, 1, both, TorchMath.LSTM_GATES);
        NDList own = new NDList(weights.subList(4 * direction, 4 * direction + 4));
        NDArray zeros = x.getManager().zeros(new Shape(1, x.getShape().get(0), units));
        return x.getNDArrayInternal().lstm(x, new NDList(zeros, zeros), own, true, 1, 0, true, false, true).get(0);
    }

    private static NDArray lengths(NDArray x, NDArray lengths) {
        long[] shape = x.getShape().getShape();
        return lengths != null ? lengths : x.getManager().full(new Shape(shape[0]), shape[1], DataType.INT64);
    }

    /** Where each step of the mirrored sequence is from, {@code [batch, time]}: its own place beyond the length. */
    private static NDArray mirror(NDArray x, NDArray lengths) {
        long[] shape = x.getShape().getShape();
        long[] ends = lengths(x, lengths).toLongArray();
        long[] places = new long[ends.length * (int) shape[1]];
        for (int i = 0; i < places.length; i++) {
            long step = i % shape[1];
            long end = ends[(int) (i / shape[1])];
            places[i] = step < end ? end - 1 - step : step;
        }
        return x.getManager().create(places, new Shape(shape[0], shape[1]));
    }

    /** Steps of each sequence by their places {@code [batch, steps]}. */
    private static NDArray rows(NDArray x, NDArray places) {
        long[] shape = places.getShape().getShape();
        long channels = x.getShape().get(2);
        return x.gather(places.expandDims(2).broadcast(new Shape(shape[0], shape[1], channels)), 1);
    }
}
