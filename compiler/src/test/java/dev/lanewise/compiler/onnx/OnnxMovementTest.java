package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.OneNode.uniform;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Operators that move elements, against ONNX Runtime, with fixed and with symbolic extents. */
@Tag("once")
class OnnxMovementTest {

    private static final long FAR = Long.MAX_VALUE;

    /** start, end, axis, step. */
    private static final long[][] SLICES = {
        {0, 3, 0, 1}, {1, FAR, 1, 1}, {-2, FAR, 1, 1}, {-9, FAR, 1, 1}, {0, -1, 1, 1}, {0, -9, 1, 1}, {-3, -1, -1, 1},
        {2, 99, 2, 2}, {1, -1, 2, 3}, {7, 9, 1, 1}, {3, 2, 2, 1}, {FAR, Long.MIN_VALUE + 1, 2, -1}, {-1, -99, 1, -2},
        {3, 0, 2, -1}, {99, 1, 2, -3}, {-2, 0, 2, -1}, {0, 5, 2, 99},
    };

    @Test
    void slices() {
        for (long[] s : SLICES) {
            new OneNode("Slice", 13).in(4, 5, 6).known(s[0]).known(s[1]).known(s[2]).known(s[3]).agrees();
        }
        new OneNode("Slice", 13).in(4, 5, 6).known(1, 2).known(3, 5).agrees();
        for (DType type : List.of(DType.I64, DType.I32, DType.I8, DType.U8, DType.F64)) {
            new OneNode("Slice", 13).in(uniform(type, 0, 90, 1, 4, 5)).known(3).known(-99).known(0).known(-1).agrees();
        }
    }

    @Test
    void parts() {
        new OneNode("Split", 18).in(7, 3).set("num_outputs", 3).outputs(3).agrees();
        new OneNode("Split", 18).in(6, 3).set("num_outputs", 3).outputs(3).agrees();
        new OneNode("Split", 13).in(2, 6).set("axis", 1).outputs(2).agrees();
        new OneNode("Split", 11).in(2, 6).set("axis", -1).set("split", new long[] {1, 5}).outputs(2).agrees();
        new OneNode("Split", 13).in(6, 2).known(4, 0, 2).outputs(3).agrees();
    }

    @Test
    void pads() {
        Literal seven = Literal.splat(DType.F32, 7);
        for (String mode : List.of("constant", "edge", "reflect")) {
            new OneNode("Pad", 13).in(4, 5).known(1, 2, 0, 3).set("mode", mode).agrees();
            new OneNode("Pad", 13).in(2, 4, 5).known(0, 3, 0, 0, 0, 2).set("mode", mode).agrees();
        }
        new OneNode("Pad", 19).in(3, 5).known(0, 4, 2, 3).set("mode", "wrap").agrees();
        new OneNode("Pad", 13).in(4, 5).known(1, 2, 0, 3).known(seven).agrees();
        new OneNode("Pad", 13).in(4, 5).known(-1, 2, 1, -3).known(seven).agrees();
        new OneNode("Pad", 18).in(4, 5, 3).known(2, 1, 0, 1).known(seven).known(-1, 0).agrees();
        new OneNode("Pad", 10).in(4, 5).set("pads", new long[] {1, 0, 0, 2}).set("value", 3f).agrees();
    }

    @Test
    void shapes() {
        new OneNode("Reshape", 14).in(4, 6).known(2, -1, 3).agrees();
        new OneNode("Reshape", 14).in(4, 6, 2).known(0, -1).agrees();
        new OneNode("Flatten", 13).in(2, 3, 4).set("axis", 2).agrees();
        new OneNode("Flatten", 13).in(2, 3, 4).set("axis", -1).agrees();
        new OneNode("Flatten", 13).in(2, 3, 4).set("axis", 0).agrees();
        new OneNode("Squeeze", 13).in(1, 3, 1, 4).known(0, -2).agrees();
        new OneNode("Squeeze", 11).in(1, 3, 1, 4).set("axes", new long[] {2}).agrees();
        new OneNode("Unsqueeze", 13).in(3, 4).known(-1, 0).agrees();
        new OneNode("Shape", 15).in(3, 4, 5).set("start", -2).agrees();
        new OneNode("Shape", 15).in(3, 4, 5).set("end", -1).agrees();
        new OneNode("Size", 13).in(3, 4, 5).agrees();
        new OneNode("Transpose", 13).in(2, 3, 4).agrees();
        new OneNode("Transpose", 13).in(2, 3, 4).set("perm", new long[] {1, 0, 2}).agrees();
        new OneNode("Concat", 13).in(2, 3).in(2, 1).in(2, 4).set("axis", -1).agrees();
        new OneNode("Expand", 13).in(3, 1).known(2, 1, 6).agrees();
        new OneNode("Expand", 13).in(2, 3).known(1).agrees();
        new OneNode("Tile", 13).in(2, 3).known(2, 3).agrees();
        new OneNode("Tile", 13).in(2, 1, 3).known(1, 4, 0).agrees();
        new OneNode("DepthToSpace", 13).in(1, 8, 2, 3).set("blocksize", 2).agrees();
        new OneNode("DepthToSpace", 13).in(1, 8, 2, 3).set("blocksize", 2).set("mode", "CRD").agrees();
        new OneNode("SpaceToDepth", 13).in(1, 2, 4, 6).set("blocksize", 2).agrees();
        new OneNode("Trilu", 14).in(4, 5).known(Literal.scalar(1L)).set("upper", 0).agrees();
        new OneNode("Trilu", 14).in(2, 5, 3).in(Literal.scalar(-2L)).agrees();
        new OneNode("ConstantOfShape", 9).known(2, 3).agrees();
    }
}
