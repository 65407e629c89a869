package dev.lanewise.runtime.train;

import java.util.Arrays;

/** A curve: points in the order they came, thinned out so that there are never more than a page can show. */
final class Series {

    private static final int MOST = 1024;

    final String name;
    private double[] x = new double[64];
    private double[] y = new double[64];
    private int size;
    private int stride = 1;
    private long offered;

    Series(String name) {
        this.name = name;
    }

    /** Points that are no numbers are left out. */
    void add(double atX, double atY) {
        if (!Double.isFinite(atY) || offered++ % stride != 0) {
            return;
        }
        if (size == MOST) {
            thin();
        }
        if (size == x.length) {
            x = Arrays.copyOf(x, 2 * size);
            y = Arrays.copyOf(y, 2 * size);
        }
        x[size] = atX;
        y[size++] = atY;
    }

    /** Leaves every second point. */
    private void thin() {
        for (int i = 0; 2 * i < size; i++) {
            x[i] = x[2 * i];
            y[i] = y[2 * i];
        }
        size /= 2;
        stride *= 2;
    }

    int size() {
        return size;
    }

    double x(int i) {
        return x[i];
    }

    double y(int i) {
        return y[i];
    }
}
