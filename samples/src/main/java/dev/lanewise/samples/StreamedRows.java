package dev.lanewise.samples;

import dev.lanewise.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The rows of an output {@code [1, rows, size]} that a stream gives in chunks, put together. For one thread. */
public final class StreamedRows {

    private final List<float[]> rows = new ArrayList<>();
    /** The mean of all rows up to each. */
    private final List<double[]> means = new ArrayList<>();

    /** Takes in what a chunk gave. */
    public void take(Tensor output) {
        int size = output.extent(2);
        for (int at = output.offset(); at < output.offset() + output.size(); at += size) {
            float[] row = Arrays.copyOfRange(output.floats(), at, at + size);
            double[] before = means.isEmpty() ? new double[size] : mean();
            rows.add(row);
            means.add(IntStream.range(0, size)
                    .mapToDouble(i -> before[i] + (row[i] - before[i]) / rows.size()).toArray());
        }
    }

    /** How many there were. */
    public int count() {
        return rows.size();
    }

    /** One after the other, {@code (rows, size)}. */
    public float[] all() {
        int size = rows.isEmpty() ? 0 : rows.get(0).length;
        float[] all = new float[rows.size() * size];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, all, i * size, size);
        }
        return all;
    }

    /** Of all rows so far, [size]. */
    public double[] mean() {
        return means.get(means.size() - 1);
    }

    /** The probability of class {@code i} by the softmax of the mean of all rows up to each, [rows]. */
    public double[] probabilities(int i) {
        return means.stream()
                .mapToDouble(mean -> Math.exp(mean[i]) / Arrays.stream(mean).map(Math::exp).sum())
                .toArray();
    }
}
