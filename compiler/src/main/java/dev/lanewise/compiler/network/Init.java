package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Literal;
import java.util.Arrays;

/**
 * The values that a weight begins with. Each weight has a seed of its own, from the network's and the weight's name.
 *
 * <p>Weights are {@code [out, in]} or {@code [out, in, kernel...]}; the fan-in of such a weight is in times the
 * kernel's size, the fan-out is out times the kernel's size, as in PyTorch.
 */
public final class Init {

    /** One number after the other. */
    private interface Fill {
        double[] values(SeededRandom random, int[] shape);
    }

    private final String name;
    private final Fill fill;

    private Init(String name, Fill fill) {
        this.name = name;
        this.fill = fill;
    }

    Literal literal(SeededRandom random, int... shape) {
        double[] values = fill.values(random, shape);
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return Literal.of(floats, shape);
    }

    public static Init zeros() {
        return constant(0);
    }

    public static Init ones() {
        return constant(1);
    }

    public static Init constant(double value) {
        return each("constant " + value, shape -> 0, (random, width) -> value);
    }

    /** Between {@code -bound} and {@code bound}. */
    public static Init uniform(double bound) {
        return uniform("uniform " + bound, shape -> bound);
    }

    /** About 0. */
    public static Init normal(double deviation) {
        return normal("normal " + deviation, shape -> deviation);
    }

    /** Glorot, Bengio 2010: bound {@code √(6 / (fan-in + fan-out))}. */
    public static Init xavierUniform() {
        return xavierUniform(1);
    }

    /** {@link #xavierUniform()} times {@code gain}. */
    public static Init xavierUniform(double gain) {
        return uniform("Xavier uniform", shape -> gain * Math.sqrt(6.0 / (fanIn(shape) + fanOut(shape))));
    }

    /** Glorot, Bengio 2010: deviation {@code √(2 / (fan-in + fan-out))}. */
    public static Init xavierNormal() {
        return normal("Xavier normal", shape -> Math.sqrt(2.0 / (fanIn(shape) + fanOut(shape))));
    }

    /** He et al. 2015, for ReLU: bound {@code √(6 / fan-in)}. */
    public static Init heUniform() {
        return uniform("He uniform", shape -> Math.sqrt(6.0 / fanIn(shape)));
    }

    /** He et al. 2015, for ReLU: deviation {@code √(2 / fan-in)}. */
    public static Init heNormal() {
        return normal("He normal", shape -> Math.sqrt(2.0 / fanIn(shape)));
    }

    /** Bound {@code 1 / √fan-in}: what PyTorch gives linear and convolutional layers. */
    public static Init fanInUniform() {
        return uniform("fan-in uniform", shape -> 1 / Math.sqrt(fanIn(shape)));
    }

    /**
     * Rows, or columns where there are fewer of them, orthogonal to each other and of length {@code gain} (Saxe,
     * McClelland, Ganguli 2014): by Gram and Schmidt from normal numbers.
     */
    public static Init orthogonal(double gain) {
        return new Init("orthogonal " + gain, (random, shape) -> orthogonal(random, gain, shape));
    }

    /** Each {@code blocks}-th part of the rows by itself, as the gates of a recurrent layer are. */
    public Init perBlock(int blocks) {
        return new Init(name, (random, shape) -> {
            int[] part = shape.clone();
            part[0] /= blocks;
            int size = Literal.size(part);
            double[] values = new double[Literal.size(shape)];
            for (int block = 0; block < blocks; block++) {
                System.arraycopy(fill.values(random, part), 0, values, block * size, size);
            }
            return values;
        });
    }

    /** With one number in the {@code block}-th of {@code blocks} equal parts of the rows. */
    Init withBlock(int block, int blocks, double value) {
        return new Init(name, (random, shape) -> {
            double[] values = fill.values(random, shape);
            int size = values.length / blocks;
            Arrays.fill(values, block * size, (block + 1) * size, value);
            return values;
        });
    }

    private interface Width {
        double of(int[] shape);
    }

    private interface Number {
        double next(SeededRandom random, double width);
    }

    private static Init uniform(String name, Width bound) {
        return each(name, bound, (random, width) -> random.uniform(-width, width));
    }

    private static Init normal(String name, Width deviation) {
        return each(name, deviation, (random, width) -> width * random.normal());
    }

    private static Init each(String name, Width width, Number number) {
        return new Init(name, (random, shape) -> {
            double w = width.of(shape);
            double[] values = new double[Literal.size(shape)];
            Arrays.setAll(values, i -> number.next(random, w));
            return values;
        });
    }

    private static int fanIn(int[] shape) {
        return shape.length < 2 ? Literal.size(shape) : Literal.size(shape) / Math.max(1, shape[0]);
    }

    private static int fanOut(int[] shape) {
        return shape.length < 2 ? Literal.size(shape) : Literal.size(shape) / Math.max(1, shape[1]);
    }

    private static double[] orthogonal(SeededRandom random, double gain, int[] shape) {
        int rows = shape[0];
        int columns = Literal.size(shape) / Math.max(1, rows);
        boolean wide = rows <= columns;
        double[][] vectors = new double[Math.min(rows, columns)][Math.max(rows, columns)];
        for (int i = 0; i < vectors.length; i++) {
            Arrays.setAll(vectors[i], k -> random.normal());
            for (int j = 0; j < i; j++) {
                double along = dot(vectors[i], vectors[j]);
                double[] other = vectors[j];
                double[] vector = vectors[i];
                Arrays.setAll(vector, k -> vector[k] - along * other[k]);
            }
            double length = Math.sqrt(dot(vectors[i], vectors[i]));
            double[] vector = vectors[i];
            Arrays.setAll(vector, k -> vector[k] / length);
        }
        double[] values = new double[rows * columns];
        Arrays.setAll(values, i -> {
            int row = i / columns;
            int column = i % columns;
            return gain * (wide ? vectors[row][column] : vectors[column][row]);
        });
        return values;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }

    @Override
    public String toString() {
        return name;
    }
}
