package dev.lanewise.runtime.scalar;

import dev.lanewise.runtime.kernel.BinaryFn;

/**
 * Functions of two arguments as plain loops: array and array, array and number ({@code right}),
 * number and array ({@code left}). Commutative functions have no loop of their own for the last.
 */
final class ScalarBinary {

    private ScalarBinary() {}

    static void both(
            BinaryFn fn, float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        switch (fn) {
            case ADD -> add(a, aOff, b, bOff, y, yOff, n);
            case SUB -> sub(a, aOff, b, bOff, y, yOff, n);
            case MUL -> mul(a, aOff, b, bOff, y, yOff, n);
            case DIV -> div(a, aOff, b, bOff, y, yOff, n);
            case MIN -> min(a, aOff, b, bOff, y, yOff, n);
            case MAX -> max(a, aOff, b, bOff, y, yOff, n);
            case POW -> pow(a, aOff, b, bOff, y, yOff, n);
            case MOD -> mod(a, aOff, b, bOff, y, yOff, n);
            case FMOD -> fmod(a, aOff, b, bOff, y, yOff, n);
            case PRELU -> prelu(a, aOff, b, bOff, y, yOff, n);
            case GATE -> gate(a, aOff, b, bOff, y, yOff, n);
            default -> throw undefined(fn);
        }
    }

    static void right(
            BinaryFn fn, float[] a, int aOff, float b, float[] y, int yOff, int n) {
        switch (fn) {
            case ADD -> add(a, aOff, b, y, yOff, n);
            case SUB -> sub(a, aOff, b, y, yOff, n);
            case MUL -> mul(a, aOff, b, y, yOff, n);
            case DIV -> div(a, aOff, b, y, yOff, n);
            case MIN -> min(a, aOff, b, y, yOff, n);
            case MAX -> max(a, aOff, b, y, yOff, n);
            case POW -> pow(a, aOff, b, y, yOff, n);
            case MOD -> mod(a, aOff, b, y, yOff, n);
            case FMOD -> fmod(a, aOff, b, y, yOff, n);
            case PRELU -> prelu(a, aOff, b, y, yOff, n);
            case GATE -> gate(a, aOff, b, y, yOff, n);
            default -> throw undefined(fn);
        }
    }

    static void left(
            BinaryFn fn, float a, float[] b, int bOff, float[] y, int yOff, int n) {
        switch (fn) {
            case ADD -> add(b, bOff, a, y, yOff, n);
            case SUB -> sub(a, b, bOff, y, yOff, n);
            case MUL -> mul(b, bOff, a, y, yOff, n);
            case DIV -> div(a, b, bOff, y, yOff, n);
            case MIN -> min(b, bOff, a, y, yOff, n);
            case MAX -> max(b, bOff, a, y, yOff, n);
            case POW -> pow(a, b, bOff, y, yOff, n);
            case MOD -> mod(a, b, bOff, y, yOff, n);
            case FMOD -> fmod(a, b, bOff, y, yOff, n);
            case PRELU -> prelu(a, b, bOff, y, yOff, n);
            case GATE -> gate(a, b, bOff, y, yOff, n);
            default -> throw undefined(fn);
        }
    }

    private static IllegalArgumentException undefined(BinaryFn fn) {
        return new IllegalArgumentException(fn + " is not an elementwise function of f32");
    }

    static void add(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = a[aOff + i] + b[bOff + i];
        }
    }

    private static void add(float[] a, int aOff, float b, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = a[aOff + i] + b;
        }
    }

    private static void sub(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = a[aOff + i] - b[bOff + i];
        }
    }

    private static void sub(float[] a, int aOff, float b, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = a[aOff + i] - b;
        }
    }

    private static void sub(float a, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = a - b[bOff + i];
        }
    }

    private static void mul(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = a[aOff + i] * b[bOff + i];
        }
    }

    static void mul(float[] a, int aOff, float b, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = a[aOff + i] * b;
        }
    }

    private static void div(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = a[aOff + i] / b[bOff + i];
        }
    }

    private static void div(float[] a, int aOff, float b, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = a[aOff + i] / b;
        }
    }

    private static void div(float a, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = a / b[bOff + i];
        }
    }

    private static void min(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = Math.min(a[aOff + i], b[bOff + i]);
        }
    }

    private static void min(float[] a, int aOff, float b, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = Math.min(a[aOff + i], b);
        }
    }

    private static void max(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = Math.max(a[aOff + i], b[bOff + i]);
        }
    }

    private static void max(float[] a, int aOff, float b, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = Math.max(a[aOff + i], b);
        }
    }

    private static void pow(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.pow(a[aOff + i], b[bOff + i]);
        }
    }

    private static void pow(float[] a, int aOff, float b, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.pow(a[aOff + i], b);
        }
    }

    private static void pow(float a, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.pow(a, b[bOff + i]);
        }
    }

    private static void mod(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.mod(a[aOff + i], b[bOff + i]);
        }
    }

    private static void mod(float[] a, int aOff, float b, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.mod(a[aOff + i], b);
        }
    }

    private static void mod(float a, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.mod(a, b[bOff + i]);
        }
    }

    private static void fmod(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = a[aOff + i] % b[bOff + i];
        }
    }

    private static void fmod(float[] a, int aOff, float b, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = a[aOff + i] % b;
        }
    }

    private static void fmod(float a, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = a % b[bOff + i];
        }
    }

    private static void prelu(
            float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.prelu(a[aOff + i], b[bOff + i]);
        }
    }

    private static void prelu(float[] a, int aOff, float b, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.prelu(a[aOff + i], b);
        }
    }

    private static void prelu(float a, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.prelu(a, b[bOff + i]);
        }
    }

    private static void gate(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = b[bOff + i] > 0f ? a[aOff + i] : 0f;
        }
    }

    private static void gate(float[] a, int aOff, float b, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = b > 0f ? a[aOff + i] : 0f;
        }
    }

    private static void gate(float a, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = b[bOff + i] > 0f ? a : 0f;
        }
    }
}
