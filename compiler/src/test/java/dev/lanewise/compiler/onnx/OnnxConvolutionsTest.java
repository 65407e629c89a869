package dev.lanewise.compiler.onnx;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.CompileException;
import dev.lanewise.formats.DType;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Convolutions whose filter is computed when the model runs, against ONNX Runtime. */
@Tag("once")
class OnnxConvolutionsTest {

    /** As ONNX Runtime: pads cut nothing off. */
    @Test
    void padsBelowZeroAreRefused() {
        for (String op : new String[] {"Conv", "MaxPool"}) {
            OneNode node = new OneNode(op, 11).in(2, 3, 9, 8).set("pads", new long[] {-1, 1, 0, 2});
            CompileException e = assertThrows(CompileException.class, op.equals("Conv")
                    ? node.in(5, 3, 3, 3)::run
                    : node.set("kernel_shape", new long[] {3, 3})::run);
            assertTrue(e.getMessage().contains("node 'node'") && e.getMessage().contains("'pads'"), e.getMessage());
        }
    }

    @Test
    void filtersComputedAtRunTime() {
        conv("Conv", 5, 6, 3, 3).in(4, 6, 3, 3).in(4).numbers(3, 6).agrees();
        conv("Conv", 2, 6, 9, 11).in(8, 3, 2, 3).set("group", 2).numbers(2, 3, 6).agrees();
        conv("Conv", 2, 6, 12).in(8, 6, 3).set("dilations", new long[] {2}).numbers(3, 6).agrees();
        conv("Conv", 1, 4, 5, 6, 7).in(2, 4, 3, 2, 3).numbers(2, 3, 4).agrees();
        conv("ConvTranspose", 1, 6, 9, 11).in(6, 4, 3, 2).in(4).numbers(2, 3, 4, 6).agrees();
    }

    @Test
    void overFourAxes() {
        new OneNode("Conv", 11).in(1, 4, 4, 3, 5, 4).known(OneNode.uniform(DType.F32, -1, 1, 1, 6, 2, 2, 2, 3, 1))
                .set("group", 2L).set("pads", new long[] {1, 0, 0, 0, 0, 1, 1, 0}).agrees();
    }

    /** What is padded or cut off follows from extents that are known when the model runs. */
    @Test
    void transposedToAShape() {
        Literal filter = OneNode.uniform(DType.F32, -1, 1, 2, 3, 2, 3, 4);
        for (long[] shape : new long[][] {{10, 18}, {11, 19}, {8, 21}}) {
            for (String auto : new String[] {"NOTSET", "SAME_UPPER", "SAME_LOWER"}) {
                new OneNode("ConvTranspose", 11).in(1, 3, 5, 6).known(filter).set("strides", new long[] {2, 3})
                        .set("output_shape", shape).set("auto_pad", auto).agrees();
            }
        }
    }

    private static OneNode conv(String type, int... x) {
        long[] strides = new long[x.length - 2];
        long[] pads = new long[2 * strides.length];
        Arrays.fill(strides, 2);
        Arrays.fill(pads, 1);
        return new OneNode(type, 11).in(x).set("strides", strides).set("pads", pads);
    }

    /** Weights in the model, but in halves: computed in f32 and rounded once. */
    @Test
    void halfPrecision() {
        Literal filter = OneNode.uniform(DType.F16, -1, 1, 1, 4, 3, 3);
        new OneNode("Conv", 11).in(OneNode.uniform(DType.F16, -1, 1, 0, 1, 3, 8)).known(filter).agrees();
    }
}
