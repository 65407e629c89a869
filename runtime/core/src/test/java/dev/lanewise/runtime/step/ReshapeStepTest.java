package dev.lanewise.runtime.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.OneStep;
import org.junit.jupiter.api.Test;

class ReshapeStepTest {

    @Test
    void keepsTheOrderOfElements() {
        float[] x = {1, 2, 3, 4, 5, 6};
        OneStep step = OneStep.of(StepKind.RESHAPE).in(x, 2, 3).out(DType.F32, 3, 1, 2);
        assertArrayEquals(x, step.run().floats(0));
        step.allocatesNothing();
    }

    @Test
    void movesEveryStorage() {
        assertArrayEquals(
                new short[] {1, -2}, OneStep.of(StepKind.RESHAPE)
                        .in(DType.BF16, new short[] {1, -2}, 2).out(DType.BF16, 2, 1).run().shorts(0));
        assertArrayEquals(
                new double[] {}, OneStep.of(StepKind.RESHAPE)
                        .in(DType.F64, new double[0], 0, 3).out(DType.F64, 0).run().doubles(0));
    }

    @Test
    void refusesAnotherNumberOfElements() {
        assertThrows(ShapeException.class,
                () -> OneStep.of(StepKind.RESHAPE).in(new float[6], 6).out(DType.F32, 5).run());
    }
}
