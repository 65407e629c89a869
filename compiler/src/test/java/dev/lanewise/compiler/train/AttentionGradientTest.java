package dev.lanewise.compiler.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.MeanSquared;
import dev.lanewise.compiler.network.MultiHeadAttention;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.compiler.op.Attention.Layout;
import dev.lanewise.compiler.op.AttentionGradient;
import dev.lanewise.compiler.op.OpCase;
import dev.lanewise.compiler.op.SoftmaxGradient;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.LoadOptions.Start;
import dev.lanewise.runtime.Model;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Attention in training: which gradient it gets, that under masks it is right, and that no weights are stored. */
class AttentionGradientTest {

    private static final int BATCH = 2;
    private static final int QUERIES = 5;
    private static final int KEYS = 9;

    /** −∞ behind each sequence's length, which is 9 and 4: [B, 1, 1, S]. */
    private static OpCase.Input lengths() {
        float[] mask = new float[BATCH * KEYS];
        Arrays.fill(mask, KEYS + 4, mask.length, Float.NEGATIVE_INFINITY);
        return OpCase.constant(Literal.of(mask, BATCH, 1, 1, KEYS));
    }

    /** Some of all pairs; the second query of each head sees no key at all: [B, heads, T, S]. */
    private static OpCase.Input pairs(int heads) {
        Random random = new Random(3);
        float[] mask = new float[BATCH * heads * QUERIES * KEYS];
        for (int i = 0; i < mask.length; i++) {
            boolean hidden = i / KEYS % QUERIES == 1 || random.nextInt(3) == 0;
            mask[i] = hidden ? Float.NEGATIVE_INFINITY : random.nextFloat();
        }
        return OpCase.constant(Literal.of(mask, BATCH, heads, QUERIES, KEYS));
    }

    private static Graph check(Attention op, int heads, int kvHeads, int size, int valueSize, OpCase.Input mask) {
        long[] keys = switch (op.layout()) {
            case BATCH_FIRST -> new long[] {BATCH, KEYS, kvHeads, 0};
            case KEYS_FIRST -> new long[] {KEYS, BATCH, kvHeads, 0};
            case HEADS_FIRST -> new long[] {BATCH, kvHeads, KEYS, 0};
        };
        List<OpCase.Input> inputs = new ArrayList<>(List.of(OpCase.in(BATCH, QUERIES, heads, size)));
        for (int last : new int[] {size, valueSize}) {
            keys[3] = last;
            inputs.add(OpCase.in(keys.clone()));
        }
        inputs.add(mask);
        boolean masked = mask.type() != null;
        GradientCase gradients = new GradientCase(
                OpCase.of(op, inputs.toArray(OpCase.Input[]::new)), masked ? Set.of(3) : Set.of());
        gradients.check();
        return gradients.differentiated();
    }

    private static long count(Graph graph, Class<?> op) {
        return graph.nodes().stream().filter(node -> op.isInstance(node.op())).count();
    }

    @Test
    void agreesWithCentralDifferencesUnderMasks() {
        Attention open = Attention.open(0.4f, 0);
        Attention causal = new Attention(true, Dim.ZERO, 0.4f, 0);
        Attention later = new Attention(true, Dim.of(3), 0.4f, 2);
        for (Attention op : List.of(open, causal, later, Attention.open(0.4f, 1.5f))) {
            for (Layout layout : Layout.values()) {
                for (OpCase.Input mask : List.of(OpCase.absent(), lengths(), pairs(4))) {
                    Graph graph = check(op.with(layout), 4, 2, 6, 3, mask);
                    assertEquals(1, count(graph, AttentionGradient.class));
                    assertEquals(0, count(graph, SoftmaxGradient.class));
                }
            }
        }
    }

    /** A bias that is trained has a gradient of T · S elements anyway. */
    @Test
    void weightsAreStoredWhereABiasIsDifferentiated() {
        GradientCase gradients = new GradientCase(OpCase.of(
                Attention.open(0.4f, 0), OpCase.in(2, 3, 2, 5), OpCase.in(2, 4, 2, 5), OpCase.in(2, 4, 2, 5),
                OpCase.in(1, 2, 3, 4)));
        gradients.check();
        assertEquals(0, count(gradients.differentiated(), AttentionGradient.class));
        assertEquals(1, count(gradients.differentiated(), SoftmaxGradient.class));
    }

    private static Model trained(int time) {
        NetworkBuilder net = Network.builder(5);
        Tensor x = net.input("x", DType.F32, Dim.of(1), Dim.of(time), Dim.of(16));
        Tensor y = x.then(MultiHeadAttention.of("a", 2).causally());
        net.output("y", y);
        net.loss("loss", MeanSquared.of().mean(y, net.target("target", DType.F32, y.shape().toArray(Dim[]::new))));
        return Model.of(
                Compiler.compile("net", net.build(), CompileOptions.defaults().training(
                        TrainOptions.of("loss", Optimizer.sgd()))).file(),
                LoadOptions.defaults().start(Start.SCALAR));
    }

    /** Memory grows with the length, not with its square. */
    @Test
    void noTensorHasTheWeights() {
        String part = "activations, tape and gradients";
        long once = trained(600).trainingMemory().get(part);
        long twice = trained(1200).trainingMemory().get(part);
        assertTrue(twice < 2 * once, once + " bytes, then " + twice);
        assertTrue(twice < 4 * 1200 * 1200, twice + " bytes");
    }
}
