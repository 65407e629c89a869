package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.OneNode.uniform;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Normalisations and losses in all their forms. */
@Tag("once")
class OnnxNormsTest {

    /** As it was up to operator set 8. */
    @Test
    void statisticsPerElement() {
        Literal variance = OneNode.uniform(DType.F32, 0.5, 1, 4, 3, 4, 5);
        new OneNode("BatchNormalization", 7).in(2, 3, 4, 5).in(3, 4, 5).in(3, 4, 5).in(3, 4, 5).in(variance)
                .set("spatial", 0).agrees();
    }

    @Test
    void layer() {
        int[] shape = {2, 3, 4, 5};
        for (int axis = -4; axis < 4; axis++) {
            int from = axis < 0 ? axis + 4 : axis;
            int[] normalised = java.util.Arrays.copyOfRange(shape, from, 4);
            new OneNode("LayerNormalization", 17).in(shape).in(normalised).in(normalised)
                    .set("axis", axis).outputs(3).agrees();
            new OneNode("LayerNormalization", 17).in(shape).in(normalised).set("axis", axis)
                    .set("epsilon", 1e-2f).agrees();
        }
        new OneNode("LayerNormalization", 17).in(uniform(DType.F64, -1, 1, 0, 3, 7))
                .in(uniform(DType.F64, -1, 1, 1, 7)).in(uniform(DType.F64, -1, 1, 2, 7)).agrees();
    }

    @Test
    void groupsAndInstances() {
        new OneNode("GroupNormalization", 21).in(2, 6, 3, 5).in(6).in(6).set("num_groups", 3).agrees();
        new OneNode("GroupNormalization", 21).in(2, 6, 7).in(6).in(6).set("num_groups", 2)
                .set("epsilon", 1e-2f).agrees();
        new OneNode("InstanceNormalization", 7).in(2, 3, 4, 5).in(3).in(3).agrees();
        new OneNode("InstanceNormalization", 7).in(2, 3, 9).in(3).in(3).set("epsilon", 1e-2f).agrees();
    }

    @Test
    void batch() {
        Literal variance = uniform(DType.F32, 0.5, 2, 4, 3);
        for (int opset : new int[] {7, 9, 14, 15}) {
            new OneNode("BatchNormalization", opset).in(2, 3, 4, 5).in(3).in(3).in(3).in(variance).agrees();
            new OneNode("BatchNormalization", opset).in(2, 3).known(variance).known(variance).known(variance)
                    .known(variance).set("epsilon", 1e-2f).agrees();
        }
    }

    @Test
    void overOtherAxes() {
        new OneNode("MeanVarianceNormalization", 13).in(2, 3, 4, 5).agrees();
        new OneNode("MeanVarianceNormalization", 13).in(2, 3, 4, 5).set("axes", new long[] {0, -1}).agrees();
        for (long axis = -3; axis < 3; axis++) {
            for (long p = 1; p < 3; p++) {
                new OneNode("LpNormalization", 7).in(3, 4, 5).set("axis", axis).set("p", p).agrees();
            }
        }
        for (long size = 1; size < 8; size += 2) {
            new OneNode("LRN", 13).in(2, 7, 3, 4).set("size", size).set("alpha", 0.2f).set("beta", 0.6f)
                    .set("bias", 1.5f).agrees();
        }
    }

    @Test
    void losses() {
        int[][] scores = {{5, 4}, {3, 4, 6}, {2, 4, 3, 2}};
        for (int[] shape : scores) {
            int[] places = new int[shape.length - 1];
            places[0] = shape[0];
            System.arraycopy(shape, 2, places, 1, places.length - 1);
            for (String reduction : new String[] {"mean", "sum", "none"}) {
                for (int form = 0; form < 4; form++) {
                    Literal target = uniform(DType.I64, 0, 4, form, places);
                    for (String op : new String[] {"NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss"}) {
                        OneNode node = new OneNode(op, 13).in(shape).in(target).set("reduction", reduction);
                        if ((form & 1) != 0) {
                            node.in(uniform(DType.F32, 0.1, 1, 3, 4));
                        }
                        if ((form & 2) != 0) {
                            node.set("ignore_index", 2);
                        }
                        node.outputs(op.startsWith("Soft") ? 2 : 1).agrees();
                    }
                }
            }
        }
    }
}
