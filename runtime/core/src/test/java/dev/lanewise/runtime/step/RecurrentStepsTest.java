package dev.lanewise.runtime.step;

import static dev.lanewise.runtime.step.ElementwiseStepsTest.random;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.OneStep;
import dev.lanewise.runtime.kernel.CellKernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import org.junit.jupiter.api.Test;

/** LSTM, GRU and RNN against ONNX's formulas in double. */
class RecurrentStepsTest {

    private static final int I = 3;
    private static final int H = 5;

    /** One run of a sequence. */
    private static final class Case {
        final StepKind kind;
        final int steps;
        final int batch;
        final int gates;
        boolean reverse;
        boolean linear;
        boolean bias = true;
        boolean initial = true;
        boolean withY = true;
        int[] lengths;
        UnaryFn fn = UnaryFn.TANH;

        Case(StepKind kind, int steps, int batch) {
            this.kind = kind;
            this.steps = steps;
            this.batch = batch;
            this.gates = kind == StepKind.LSTM ? 4 : kind == StepKind.GRU ? 3 : 1;
        }

        OneStep step() {
            boolean lstm = kind == StepKind.LSTM;
            OneStep step = OneStep.of(kind).in(x(), steps, batch, I).weights(w(), gates * H, I).weights(r(),
                    gates * H, H);
            step = bias ? step.weights(b(), 2 * gates * H) : step.absent();
            step = lengths != null ? step.in(DType.I32, lengths, batch) : step.absent();
            step = initial ? step.in(h(), batch, H) : step.absent();
            if (lstm) {
                step = initial ? step.in(c(), batch, H) : step.absent();
            }
            step = withY ? step.out(DType.F32, steps, batch, H) : step.absentOut();
            step.out(DType.F32, batch, H);
            if (lstm) {
                step.out(DType.F32, batch, H);
            }
            int most = gates == 1 ? 1 : 4;
            step.scratch((int) CellKernels.sequenceScratchFloats(most, H, steps, batch));
            step.ints(reverse ? 1 : 0);
            if (kind == StepKind.GRU) {
                step.ints(linear ? 1 : 0);
            } else if (kind == StepKind.RNN) {
                step.ints(fn.ordinal());
            }
            return step;
        }

        float[] x() {
            return random(1, steps * batch * I);
        }

        float[] w() {
            return random(2, gates * H * I);
        }

        float[] r() {
            float[] r = random(3, gates * H * H);
            for (int i = 0; i < r.length; i++) {
                r[i] *= 0.3f; // so that an RNN with relu does not grow
            }
            return r;
        }

        float[] b() {
            return random(4, 2 * gates * H);
        }

        float[] h() {
            return random(5, batch * H);
        }

        float[] c() {
            return random(6, batch * H);
        }

        void check() {
            OneStep.Result result = step().run();
            long advanced = 0;
            for (int row = 0; row < batch; row++) {
                double[] h = new double[H];
                double[] c = new double[H];
                for (int j = 0; j < H && initial; j++) {
                    h[j] = h()[row * H + j];
                    c[j] = c()[row * H + j];
                }
                int length = lengths == null ? steps : lengths[row];
                advanced += length;
                for (int s = 0; s < length; s++) {
                    int t = reverse ? length - 1 - s : s;
                    h = advance(t, row, h, c);
                    for (int j = 0; j < H && withY; j++) {
                        assertEquals(h[j], result.floats(0)[(t * batch + row) * H + j], 1e-5, "y");
                    }
                }
                for (int t = length; t < steps && withY; t++) {
                    for (int j = 0; j < H; j++) {
                        assertEquals(0f, result.floats(0)[(t * batch + row) * H + j], "beyond the length");
                    }
                }
                for (int j = 0; j < H; j++) {
                    assertEquals(h[j], result.floats(1)[row * H + j], 1e-5, "h'");
                    if (kind == StepKind.LSTM) {
                        assertEquals(c[j], result.floats(2)[row * H + j], 1e-5, "c'");
                    }
                }
            }
            assertEquals(advanced * gates * H * (I + H), result.multiplyAdds(), "no work beyond the lengths");
            step().allocatesNothing();
        }

        /** The new h; c is changed in place. */
        private double[] advance(int t, int row, double[] h, double[] c) {
            double[] y = new double[H];
            for (int j = 0; j < H; j++) {
                switch (kind) {
                    case LSTM -> {
                        double i = sigmoid(pre(t, row, 0, j) + state(0, j, h, null));
                        double o = sigmoid(pre(t, row, 1, j) + state(1, j, h, null));
                        double f = sigmoid(pre(t, row, 2, j) + state(2, j, h, null));
                        double g = Math.tanh(pre(t, row, 3, j) + state(3, j, h, null));
                        c[j] = f * c[j] + i * g;
                        y[j] = o * Math.tanh(c[j]);
                    }
                    case GRU -> {
                        double z = sigmoid(pre(t, row, 0, j) + state(0, j, h, null));
                        double[] reset = new double[H];
                        for (int k = 0; k < H; k++) {
                            reset[k] = sigmoid(pre(t, row, 1, k) + state(1, k, h, null));
                        }
                        double n = Math.tanh(pre(t, row, 2, j)
                                + (linear ? reset[j] * state(2, j, h, null) : state(2, j, h, reset)));
                        y[j] = (1 - z) * n + z * h[j];
                    }
                    default -> {
                        double a = pre(t, row, 0, j) + state(0, j, h, null);
                        y[j] = fn == UnaryFn.TANH ? Math.tanh(a) : Math.max(a, 0);
                    }
                }
            }
            return y;
        }

        private double pre(int t, int row, int gate, int j) {
            double sum = bias ? b()[gate * H + j] : 0;
            for (int k = 0; k < I; k++) {
                sum += (double) x()[(t * batch + row) * I + k] * w()[(gate * H + j) * I + k];
            }
            return sum;
        }

        /** h · Rᵀ + Rb, of (reset · h) where there is a reset. */
        private double state(int gate, int j, double[] h, double[] reset) {
            double sum = bias ? b()[(gates + gate) * H + j] : 0;
            for (int k = 0; k < H; k++) {
                sum += (reset == null ? 1 : reset[k]) * h[k] * r()[(gate * H + j) * H + k];
            }
            return sum;
        }

        private static double sigmoid(double x) {
            return 1 / (1 + Math.exp(-x));
        }
    }

    @Test
    void sequencesOfAllKinds() {
        for (StepKind kind : new StepKind[] {StepKind.LSTM, StepKind.GRU, StepKind.RNN}) {
            for (int variant = 0; variant < 64; variant++) {
                Case c = new Case(kind, variant % 4 == 0 ? 1 : variant % 4 == 1 ? 0 : 4, variant / 4 % 2 == 0 ? 1 : 3);
                c.reverse = variant % 3 == 0;
                c.linear = variant / 2 % 2 == 0;
                c.fn = variant / 2 % 2 == 0 ? UnaryFn.TANH : UnaryFn.RELU;
                c.bias = variant / 8 % 2 == 0;
                c.initial = variant / 16 % 2 == 0;
                c.withY = variant / 32 % 2 == 0;
                if (variant % 5 == 0) {
                    c.lengths = new int[c.batch];
                    for (int i = 0; i < c.batch; i++) {
                        c.lengths[i] = Math.max(0, c.steps - 2 * i);
                    }
                }
                c.check();
            }
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        Case lengths = new Case(StepKind.LSTM, 2, 2);
        lengths.lengths = new int[] {1, 3};
        assertThrows(PlanException.class, () -> lengths.step().run());
        lengths.lengths = new int[] {-1, 0};
        assertThrows(PlanException.class, () -> lengths.step().run());
        assertThrows(FormatException.class, () -> OneStep.of(StepKind.GRU).in(new float[6], 1, 2, 3)
                .weights(new float[12], 4, 3).weights(new float[16], 4, 4).absent().absent().absent()
                .absentOut().absentOut().out(DType.F32, 1000).ints(0, 0).run());
        assertThrows(ShapeException.class, () -> OneStep.of(StepKind.RNN).in(new float[6], 1, 2, 3)
                .weights(new float[12], 4, 3).weights(new float[16], 4, 4).absent().absent().absent()
                .absentOut().out(DType.F32, 2, 4).out(DType.F32, 7).ints(0, UnaryFn.TANH.ordinal()).run());
        assertThrows(FormatException.class, () -> OneStep.of(StepKind.RNN).in(new float[6], 1, 2, 3)
                .weights(new float[12], 4, 3).weights(new float[16], 4, 4).absent().absent().absent()
                .absentOut().out(DType.F32, 2, 4).out(DType.F32, 700).ints(0, UnaryFn.EXP.ordinal()).run());
    }
}
