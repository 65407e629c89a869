package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Convolutions and pooling of com.microsoft: fused with what follows, or with channels last. */
final class OnnxContribConvolutions {

    /** The version of ONNX's pooling that the copies with channels last follow. */
    private static final int POOLING = 12;

    private static final long MOST_PADDING = 1 << 20;

    private OnnxContribConvolutions() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put("com.microsoft:FusedConv", OnnxContribConvolutions::fused);
        ops.put("com.microsoft:NhwcFusedConv", node -> channelsLast(node, OnnxContribConvolutions::fused, 0, 3));
        ops.put("com.microsoft:NhwcConv", node -> channelsLast(node, OnnxContribConvolutions::fused, 0));
        ops.put("com.microsoft:NhwcMaxPool", node ->
                channelsLast(node, inner -> ops.get(":MaxPool").convert(inner.following(POOLING)), 0));
        ops.put("com.microsoft:ConvTransposeWithDynamicPads", OnnxContribConvolutions::transposed);
        ops.put("com.microsoft:QLinearConv", node -> {
            OnnxOp conv = ops.get(":QLinearConv");
            if (node.flag("channels_last", false)) {
                channelsLast(node, conv, 0);
            } else {
                conv.convert(node);
            }
        });
    }

    /** A convolution, a residual (input 3) and an activation. */
    private static void fused(OnnxNode node) {
        Formula f = new Formula(node);
        Value sum = OnnxConvolutions.conv(node, node.in(0), node.in(1), node.inOrNull(2));
        if (node.has(3)) {
            sum = f.plus(sum, node.in(3));
        }
        node.out(FusedActivation.byList(node, sum));
    }

    /** A transposed convolution whose pads are input 2, and its bias input 3. */
    private static void transposed(OnnxNode node) {
        List<Integer> pads = null;
        if (node.has(2)) {
            long[] given = node.longs(2);
            if (given.length != 2 * (node.in(0).rank() - 2)
                    || Arrays.stream(given).anyMatch(pad -> Math.abs(pad) > MOST_PADDING)) {
                throw node.misfit("pads " + Arrays.toString(given) + " of " + node.in(0).type());
            }
            pads = Arrays.stream(given).mapToObj(Math::toIntExact).toList();
        }
        OnnxConvolutions.transposed(node, node.inOrNull(3), pads);
    }

    /**
     * Converts an operator whose first output, and some of whose inputs, have channels last, through one
     * that has them second; the transposes meet those that the graph's own layout needs, and vanish.
     */
    static void channelsLast(OnnxNode node, OnnxOp op, int... images) {
        List<Value> inputs = new ArrayList<>();
        for (int i = 0; i < node.inputCount(); i++) {
            inputs.add(node.inOrNull(i));
        }
        for (int i : images) {
            if (node.has(i)) {
                if (node.in(i).rank() < 3) {
                    throw node.misfit("input " + i + " is " + node.in(i).type() + "; expected [N, spatial..., C]");
                }
                inputs.set(i, OnnxProducts.channelsFirst(node, node.in(i)));
            }
        }
        OnnxNode first = node.with(inputs);
        op.convert(first);
        node.out(OnnxProducts.channelsLast(node, first.outputs().get(0)));
    }
}
