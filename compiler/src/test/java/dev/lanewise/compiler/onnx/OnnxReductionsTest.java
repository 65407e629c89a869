package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.OneNode.uniform;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.LanewiseException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Reductions, softmax and running sums, in the versions that differ. */
@Tag("once")
class OnnxReductionsTest {

    private static final List<String> REDUCTIONS = List.of(
            "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2",
            "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp");

    private static final long[][] AXES = {{0}, {1}, {-1}, {0, 2}, {1, -1}, {0, 1, 2}};

    @Test
    void axesAsAttribute() {
        for (String op : REDUCTIONS) {
            for (long[] axes : AXES) {
                for (long keep = 0; keep < 2; keep++) {
                    new OneNode(op, 11).in(uniform(DType.F32, 0.1, 2, 0, 3, 4, 5))
                            .set("axes", axes).set("keepdims", keep).agrees();
                }
            }
            new OneNode(op, 11).in(uniform(DType.F32, 0.1, 2, 0, 3, 4, 5)).agrees();
        }
    }

    @Test
    void axesAsInput() {
        for (String op : REDUCTIONS) {
            for (long[] axes : AXES) {
                new OneNode(op, 18).in(uniform(DType.F32, 0.1, 2, 0, 3, 4, 5)).known(axes).set("keepdims", 0).agrees();
            }
            new OneNode(op, 18).in(uniform(DType.F32, 0.1, 2, 0, 3, 4, 5)).agrees();
        }
        new OneNode("ReduceSum", 13).in(3, 4).set("noop_with_empty_axes", 1).agrees();
        new OneNode("ReduceSum", 13).in(3, 4).known(new long[0]).set("noop_with_empty_axes", 1).agrees();
        new OneNode("ReduceSum", 13).in(3, 4).known(new long[0]).agrees();
    }

    /** What only data say: the axes, and with them extents or, where none is kept, which axes are left. */
    @Test
    void axesByData() {
        for (String op : REDUCTIONS) {
            for (long[] axes : AXES) {
                for (long keep = 0; keep < 2; keep++) {
                    new OneNode(op, 18).in(uniform(DType.F32, 0.1, 2, 0, 4, 6, 5))
                            .in(Literal.of(axes, axes.length)).numbers(axes.length).set("keepdims", keep).agrees();
                }
                // how many axes there are follows from data, too
                new OneNode(op, 18).in(uniform(DType.F32, 0.1, 2, 0, 4, 6, 5))
                        .in(Literal.of(axes, axes.length)).agrees();
            }
            for (long noop = 0; noop < 2; noop++) {
                new OneNode(op, 18).in(uniform(DType.F32, 0.1, 2, 0, 4, 6)).in(Literal.of(new long[0], 0))
                        .set("noop_with_empty_axes", noop).agrees();
            }
            new OneNode(op, 18).in(uniform(DType.F32, 0.1, 2, 0, 1, 6)).in(Literal.of(new long[] {0}, 1)).agrees();
            new OneNode(op, 18).in(uniform(DType.F64, 0.1, 2, 0, 4, 6)).in(Literal.of(new long[] {-1}, 1))
                    .set("keepdims", 0).agrees();
        }
        new OneNode("ReduceSum", 13).in(uniform(DType.I32, -9, 10, 0, 2, 3, 4, 5))
                .in(Literal.of(new long[] {2, 0}, 2)).numbers(2).set("keepdims", 0).agrees();
        new OneNode("ReduceSum", 13).in(3, 4).in(Literal.of(new long[] {1, -1}, 2)).agrees();
    }

    @Test
    void axesByDataThatAreNone() {
        for (long[] axes : new long[][] {{3, 0}, {-4, 0}, {1, 1}, {1, -2}}) {
            OneNode wrong = new OneNode("ReduceSum", 13).in(3, 4, 5).in(Literal.of(axes, 2)).set("keepdims", 0);
            assertThrows(LanewiseException.class, wrong::run);
        }
        OneNode open = new OneNode("ReduceSum", 13).in(3, 4, 5).in(Literal.of(new long[] {0, 1}, 2)).set("keepdims", 0);
        open.loosen();
        String why = assertThrows(LanewiseException.class, open::run).getMessage();
        for (String part : List.of("'node'", "ReduceSum-13", "input 1", "--pin x1=")) {
            assertTrue(why.contains(part), why);
        }
    }

    @Test
    void integers() {
        for (String op : List.of("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd")) {
            new OneNode(op, 18).in(uniform(DType.I32, -9, 10, 0, 3, 4)).known(1).agrees();
        }
        new OneNode("ReduceMax", 18).in(uniform(DType.I8, -99, 99, 0, 3, 4)).known(0).agrees();
    }

    @Test
    void positionsOfExtremes() {
        for (String op : List.of("ArgMax", "ArgMin")) {
            for (long axis = -3; axis < 3; axis++) {
                for (long last = 0; last < 2; last++) {
                    new OneNode(op, 13).in(uniform(DType.F32, -2, 2, 0, 3, 4, 5)).set("axis", axis)
                            .set("select_last_index", last).set("keepdims", last).agrees();
                }
            }
        }
    }

    @Test
    void runningSums() {
        for (long axis = -2; axis < 2; axis++) {
            for (long flags = 0; flags < 4; flags++) {
                new OneNode("CumSum", 14).in(3, 7).known(axis)
                        .set("exclusive", flags & 1).set("reverse", flags >> 1).agrees();
                new OneNode("CumSum", 14).in(3, 7).in(Literal.of(new long[] {axis}))
                        .set("exclusive", flags & 1).set("reverse", flags >> 1).agrees();
            }
        }
    }

    /** Before opset 13 all axes from the given one are taken as one. */
    @Test
    void softmaxOverOneAxisAndOverAllFromOne() {
        for (String op : List.of("Softmax", "LogSoftmax", "Hardmax")) {
            for (int opset : new int[] {7, 11, 13}) {
                for (long axis = opset < 11 ? 0 : -3; axis < 3; axis++) {
                    new OneNode(op, opset).in(3, 4, 5).set("axis", axis).agrees();
                }
                new OneNode(op, opset).in(3, 4, 5).agrees();
            }
        }
        new OneNode("Softmax", 13).in(uniform(DType.F64, -3, 3, 0, 3, 4)).set("axis", 0).agrees();
        new OneNode("LogSoftmax", 13).in(uniform(DType.F64, -3, 3, 0, 3, 4)).agrees();
    }
}
