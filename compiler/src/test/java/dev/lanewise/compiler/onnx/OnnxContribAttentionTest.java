package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.OneNode.uniform;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.formats.DType;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The attention operators of com.microsoft, and rotary embeddings, against ONNX Runtime. */
@Tag("once")
class OnnxContribAttentionTest {

    private static final int B = 3;
    private static final int T = 5;
    private static final int HEADS = 4;
    private static final int D = 16;
    /** All but batches and lengths. */
    private static final int[] FIXED = IntStream.concat(IntStream.of(2, 4, 8), IntStream.range(10, 256)).toArray();
    private static final int HIDDEN = HEADS * D;

    private static OneNode node(String type) {
        return new OneNode("com.microsoft:" + type, 17).set("num_heads", HEADS).numbers(FIXED);
    }

    private static Literal ints(long[] values, int... shape) {
        return Literal.of(DType.I32, values, shape);
    }

    private static Literal mask(int... shape) {
        Literal random = uniform(DType.I32, 0, 2, 7, shape);
        long[] values = random.toLongs();
        int row = shape[shape.length - 1];
        for (int i = 0; i < values.length; i += row) {
            values[i] = 1; // a query that sees no key sees all of them: −10000 is not −∞
        }
        return ints(values, shape);
    }

    // Attention ---------------------------------------------------------------------------------

    private static OneNode attention() {
        return node("Attention").in(B, T, 12).in(12, 3 * HIDDEN).in(3 * HIDDEN);
    }

    @Test
    void selfAttention() {
        attention().agrees();
        attention().set("unidirectional", 1).agrees();
        attention().set("scale", 0.2f).agrees();
        node("Attention").in(B, T, 12).in(12, 2 * HIDDEN + 12).in(2 * HIDDEN + 12)
                .set("qkv_hidden_sizes", new long[] {HIDDEN, HIDDEN, 12}).agrees();
    }

    @Test
    void selfAttentionWithMasks() {
        attention().in(ints(new long[] {3, 5, 1}, B)).agrees();
        for (int causal = 0; causal < 2; causal++) { // ends, then starts; the last of these sees nothing
            attention().in(ints(new long[] {3, 5, 4, 0, 2, 1}, 2 * B)).numbers(B, 2 * B).set("unidirectional", causal)
                    .agrees();
            attention().in(ints(new long[] {3, 5, 1, 0, 2, 3}, 2 * B)).numbers(B, 2 * B).set("unidirectional", causal)
                    .agrees();
        }
        attention().in(ints(new long[] {3, 5, 4, 0, 5, 10, 15, 0, 3, 8, 12}, 3 * B + 2)).numbers(B).agrees();
        attention().in(mask(B, T)).agrees();
        attention().in(mask(B, T, T)).agrees();
        attention().in(mask(B, T)).set("unidirectional", 1).agrees();
        attention().none().none().in(B, HEADS, T, T).agrees();
        attention().in(mask(B, T)).none().in(1, HEADS, T, T).agrees();
    }

    @Test
    void selfAttentionWithPast() {
        for (int causal = 0; causal < 2; causal++) {
            attention().none().in(2, B, HEADS, 6, D).set("unidirectional", causal).outputs(2).agrees();
            attention().in(mask(B, 6 + T)).in(2, B, HEADS, 6, D).set("unidirectional", causal).outputs(2).agrees();
        }
    }

    @Test
    void quantisedSelfAttention() {
        for (DType type : new DType[] {DType.U8, DType.I8}) {
            Literal weights = uniform(type, type.isUnsigned() ? 0 : -128, type.isUnsigned() ? 256 : 128, 1, 12,
                    3 * HIDDEN);
            OneNode node = node("QAttention").in(uniform(DType.U8, 0, 256, 0, B, T, 12)).known(weights)
                    .in(3 * HIDDEN).in(Literal.scalar(0.01f)).in(Literal.scalar(0.005f)).in(mask(B, T))
                    .in(Literal.of(DType.U8, new long[] {120})).in(Literal.of(type, new long[] {7}));
            node.agrees();
        }
        node("QAttention").in(uniform(DType.U8, 0, 256, 0, B, T, 12))
                .known(uniform(DType.I8, -128, 128, 1, 12, 3 * HIDDEN)).in(3 * HIDDEN).in(Literal.scalar(0.01f))
                .in(Literal.scalar(0.005f)).none().none().none().in(2, B, HEADS, 6, D).set("unidirectional", 1)
                .outputs(2).agrees();
    }

    // MultiHeadAttention ------------------------------------------------------------------------

    private static OneNode multiHead(int queries, int keys) {
        return node("MultiHeadAttention").in(B, queries, HIDDEN).in(B, keys, HIDDEN).in(B, keys, HIDDEN);
    }

    @Test
    void multiHeadAttention() {
        multiHead(T, T).agrees();
        multiHead(T, 7).in(3 * HIDDEN).agrees();
        multiHead(T, T).set("unidirectional", 1).agrees();
        multiHead(T, 7).set("scale", 0.1f).agrees();
        node("MultiHeadAttention").in(B, T, HIDDEN).in(B, 7, HIDDEN).in(B, 7, 12).in(2 * HIDDEN + 12).agrees();
        node("MultiHeadAttention").in(B, T, HIDDEN).in(B, HEADS, 7, D).in(B, HEADS, 7, D).agrees();
    }

    @Test
    void multiHeadAttentionWithMasks() {
        multiHead(T, 7).none().in(ints(new long[] {3, 7, 2}, B)).agrees();
        multiHead(T, 7).none().in(ints(new long[] {3, 7, 2, 0, 5, 10, 15, 0, 3, 10, 12}, 3 * B + 2)).numbers(B)
                .agrees();
        multiHead(T, 7).none().in(mask(B, 7)).agrees();
        multiHead(T, 7).none().in(mask(B, T, 7)).agrees();
        multiHead(T, 7).none().none().in(1, HEADS, T, 7).agrees();
        multiHead(T, 7).in(3 * HIDDEN).in(mask(B, 7)).in(B, 1, T, 7).agrees();
    }

    @Test
    void multiHeadAttentionWithPast() {
        for (int causal = 0; causal < 2; causal++) {
            multiHead(T, T).none().none().none().in(B, HEADS, 6, D).in(B, HEADS, 6, D)
                    .set("unidirectional", causal).outputs(3).agrees();
            multiHead(T, T).in(3 * HIDDEN).in(mask(B, 6 + T)).none().in(B, HEADS, 6, D).in(B, HEADS, 6, D)
                    .set("unidirectional", causal).outputs(4).typed(DType.F32).agrees();
        }
        multiHead(1, 1).none().none().in(1, 1, 1, 7).in(B, HEADS, 6, D).in(B, HEADS, 6, D).outputs(3).agrees();
    }

    /** ONNX Runtime takes packed operands on graphics cards alone: it gets them apart here. */
    @Test
    void multiHeadAttentionOfPackedOperands() {
        node("MultiHeadAttention").in(B, T, HEADS, 3, D).writtenOut(
                split("x0", "q,k,v"), flat("q"), flat("k"), flat("v"), shape(),
                SmallModel.node("MultiHeadAttention", "y0", "q_", "k_", "v_").setDomain("com.microsoft")
                        .addAttribute(SmallModel.integer("num_heads", HEADS))).numbers(3).agrees();
        node("MultiHeadAttention").in(B, T, HIDDEN).in(B, 7, HEADS, 2, D).writtenOut(
                split("x1", "k,v"), flat("k"), flat("v"), shape(),
                SmallModel.node("MultiHeadAttention", "y0", "x0", "k_", "v_").setDomain("com.microsoft")
                        .addAttribute(SmallModel.integer("num_heads", HEADS))).agrees();
    }

    private static NodeProto.Builder split(String x, String parts) {
        return SmallModel.node("Split", parts, x).addAttribute(SmallModel.integer("axis", 3));
    }

    private static NodeProto.Builder flat(String x) {
        return SmallModel.node("Reshape", x + "_", x, "shape");
    }

    private static NodeProto.Builder shape() {
        return SmallModel.node("Constant", "shape").addAttribute(SmallModel.integers("value_ints", 0, 0, HIDDEN));
    }

    @Test
    void decoderAttention() {
        node("DecoderMaskedMultiHeadAttention").in(B, 1, HIDDEN).in(B, HEADS, 7, D).in(B, HEADS, 7, D).agrees();
        node("DecoderMaskedMultiHeadAttention").in(B, 1, HIDDEN).in(B, HEADS, 7, D).in(B, HEADS, 7, D)
                .in(mask(B, 7)).none().none().none().none().none().none().in(3 * HIDDEN).agrees();
        node("DecoderMaskedMultiHeadAttention").in(B, 1, HIDDEN).in(B, 1, HIDDEN).in(B, 1, HIDDEN).none().none()
                .in(B, HEADS, 9, D).in(B, HEADS, 9, D).in(ints(new long[] {5}, 1)).none().none().in(3 * HIDDEN)
                .set("past_present_share_buffer", 1).outputs(3).agrees();
        node("DecoderMaskedMultiHeadAttention").in(B, 1, HIDDEN).in(B, 1, HIDDEN).in(B, 1, HIDDEN).in(mask(B, 6))
                .in(B, 1, 1, 6).in(B, HEADS, 9, D).in(B, HEADS, 9, D).in(ints(new long[] {5}, 1))
                .set("past_present_share_buffer", 1).outputs(3).numbers(6, 9).agrees();
    }

    // GroupQueryAttention -----------------------------------------------------------------------

    private static final int KV_HEADS = 2;
    private static final int Q_HEADS = 4;

    private static OneNode grouped() {
        return new OneNode("com.microsoft:GroupQueryAttention", 17).set("num_heads", Q_HEADS)
                .set("kv_num_heads", KV_HEADS).numbers(FIXED);
    }

    private static OneNode apart(OneNode node, int batch, int queries) {
        return node.in(batch, queries, Q_HEADS * D).in(batch, queries, KV_HEADS * D).in(batch, queries, KV_HEADS * D);
    }

    private static OneNode packed(OneNode node, int batch, int queries) {
        return node.in(batch, queries, (Q_HEADS + 2 * KV_HEADS) * D).none().none();
    }

    private static OneNode past(OneNode node, int batch, int past) {
        return node.in(batch, KV_HEADS, past, D).in(batch, KV_HEADS, past, D);
    }

    private static OneNode lengths(OneNode node, long total, long... last) {
        return node.in(ints(last, last.length)).known(ints(new long[] {total})).outputs(3);
    }

    private static OneNode rotary(OneNode node) {
        return node.known(uniform(DType.F32, -1, 1, 8, 20, D / 2)).known(uniform(DType.F32, -1, 1, 9, 20, D / 2))
                .set("do_rotary", 1);
    }

    @Test
    void groupedPrompt() {
        lengths(apart(grouped(), B, T).none().none(), T, T - 1, T - 1, T - 1).agrees();
        lengths(packed(grouped(), B, T).none().none(), T, T - 1, T - 1, T - 1).agrees();
        rotary(lengths(apart(grouped(), B, T).none().none(), T, T - 1, T - 1, T - 1)).agrees();
        rotary(lengths(packed(grouped(), B, T).none().none(), T, T - 1, T - 1, T - 1)).set("rotary_interleaved", 1)
                .agrees();
        lengths(apart(grouped(), B, T).none().none(), T, T - 1, T - 1, T - 1).set("softcap", 3f).set("scale", 0.9f)
                .agrees();
    }

    @Test
    void groupedToken() {
        lengths(past(apart(grouped(), B, 1), B, 6), 7, 6, 6, 6).agrees();
        rotary(lengths(past(packed(grouped(), B, 1), B, 6), 7, 6, 6, 6)).agrees();
        // elements of the batch with pasts of their own, in a cache with room
        lengths(past(apart(grouped(), B, 1), B, 9), 7, 3, 6, 4).agrees();
        rotary(lengths(past(apart(grouped(), B, 1), B, 9), 7, 3, 6, 4)).agrees();
        lengths(past(apart(grouped(), B, 1), B, 9), 7, 3, 6, 4).set("softcap", 2f).agrees();
    }

    @Test
    void groupedContinuation() {
        lengths(past(apart(grouped(), 1, 3), 1, 6), 9, 8).agrees();
        rotary(lengths(past(packed(grouped(), 1, 3), 1, 6), 9, 8)).agrees();
        rotary(lengths(past(apart(grouped(), 1, T), 1, 0), T, T - 1)).agrees();
    }

    @Test
    void groupedWindows() {
        for (int window : new int[] {1, 3, 6}) {
            lengths(apart(grouped(), B, 7).none().none(), 7, 6, 6, 6).set("local_window_size", window).agrees();
            lengths(past(apart(grouped(), B, 1), B, 9), 7, 3, 6, 4).set("local_window_size", window).agrees();
            lengths(past(apart(grouped(), 1, 3), 1, 6), 9, 8).set("local_window_size", window).agrees();
        }
    }

    @Test
    void groupedSinks() {
        lengths(apart(grouped(), B, T).none().none(), T, T - 1, T - 1, T - 1).set("smooth_softmax", 1).agrees();
        lengths(past(apart(grouped(), B, 1), B, 9), 7, 3, 6, 4).set("smooth_softmax", 1).agrees();
        lengths(past(apart(grouped(), B, 1), B, 9), 7, 3, 6, 4).none().none().none().none().in(Q_HEADS).agrees();
        lengths(apart(grouped(), B, T).none().none(), T, T - 1, T - 1, T - 1).none().none().none().none().in(Q_HEADS)
                .set("local_window_size", 2).agrees();
    }

    @Test
    void groupedBiasAndPositions() {
        lengths(apart(grouped(), B, T).none().none(), T, T - 1, T - 1, T - 1).none().none().none().in(1, Q_HEADS, T, T)
                .agrees();
        lengths(past(apart(grouped(), B, 1), B, 6), 7, 6, 6, 6).none().none().none().in(B, 1, 1, 7).agrees();
        Literal positions = Literal.of(new long[] {4, 7, 2}, B, 1);
        rotary(lengths(past(apart(grouped(), B, 1), B, 6), 7, 6, 6, 6)).in(positions).agrees();
    }

    @Test
    void groupedScores() {
        for (int stage = 1; stage <= 2; stage++) {
            lengths(past(apart(grouped(), B, 1), B, 6), 7, 6, 6, 6).outputs(4).set("qk_output", stage).agrees();
            lengths(past(apart(grouped(), B, 1), B, 6), 7, 6, 6, 6).outputs(4).set("qk_output", stage)
                    .set("softcap", 2f).agrees();
        }
        lengths(apart(grouped(), B, T).none().none(), T, T - 1, T - 1, T - 1).outputs(4).set("qk_output", 2).agrees();
        lengths(past(apart(grouped(), B, 1), B, 6), 7, 6, 6, 6).outputs(4).set("qk_output", 2)
                .set("smooth_softmax", 1).agrees();
    }

    @Test
    void groupedHalves() {
        OneNode node = grouped().in(uniform(DType.F16, -1, 1, 0, B, 1, Q_HEADS * D))
                .in(uniform(DType.F16, -1, 1, 1, B, 1, KV_HEADS * D))
                .in(uniform(DType.F16, -1, 1, 2, B, 1, KV_HEADS * D))
                .in(uniform(DType.F16, -1, 1, 3, B, KV_HEADS, 9, D))
                .in(uniform(DType.F16, -1, 1, 4, B, KV_HEADS, 9, D));
        lengths(node, 7, 3, 6, 4).known(uniform(DType.F16, -1, 1, 8, 20, D / 2))
                .known(uniform(DType.F16, -1, 1, 9, 20, D / 2)).set("do_rotary", 1).agrees();
    }

    // Rotary embeddings -------------------------------------------------------------------------

    @Test
    void rotaryEmbedding() {
        Literal cos = uniform(DType.F32, -1, 1, 8, 20, D / 2);
        Literal sin = uniform(DType.F32, -1, 1, 9, 20, D / 2);
        Literal each = uniform(DType.I64, 0, 20, 2, B, T);
        Literal first = Literal.of(new long[] {3}, 1);
        for (Literal positions : new Literal[] {each, first}) {
            for (int interleaved = 0; interleaved < 2; interleaved++) {
                embedding().in(B, T, HIDDEN).in(positions).known(cos).known(sin).set("interleaved", interleaved)
                        .agrees();
                embedding().in(B, HEADS, T, D).in(positions).known(cos).known(sin).set("scale", 2f)
                        .set("interleaved", interleaved).agrees();
                embedding().in(B, T, 2 * HIDDEN).in(positions).known(cos).known(sin).set("num_heads", HEADS)
                        .set("rotary_embedding_dim", D).set("interleaved", interleaved).agrees();
            }
        }
    }

    private static OneNode embedding() {
        return new OneNode("com.microsoft:RotaryEmbedding", 17).numbers(FIXED);
    }

    @Test
    void rotaryEmbeddingOfOnnx() {
        Literal x = uniform(DType.F16, -1, 1, 0, B, HEADS, T, D);
        Literal cos = uniform(DType.F16, -1, 1, 8, 20, D / 2);
        Literal sin = uniform(DType.F16, -1, 1, 9, 20, D / 2);
        Literal positions = uniform(DType.I64, 0, 20, 2, B, T);
        new OneNode("RotaryEmbedding", 23).numbers(FIXED).in(x).in(cos).in(sin).in(positions).agrees();
        new OneNode("RotaryEmbedding", 23).numbers(FIXED).in(B, T, HIDDEN).in(B, T, D / 4).in(B, T, D / 4)
                .set("num_heads", HEADS).set("rotary_embedding_dim", D / 2).set("interleaved", 1).agrees();
    }

    // Recurrent forms ---------------------------------------------------------------------------

    @Test
    void linearAttention() {
        for (String rule : new String[] {"linear", "gated", "delta", "gated_delta"}) {
            OneNode node = new OneNode("com.microsoft:LinearAttention", 17).set("update_rule", rule)
                    .set("q_num_heads", 4).set("kv_num_heads", 2).in(B, T, 4 * D).in(B, T, 2 * D).in(B, T, 2 * 11)
                    .in(B, 2, D, 11).outputs(2).numbers(FIXED);
            if (rule.startsWith("gated")) {
                node.in(uniform(DType.F32, -1, 0, 4, B, T, 2 * D));
            } else {
                node.none();
            }
            if (rule.endsWith("delta")) {
                node.in(uniform(DType.F32, 0, 1, 5, B, T, 2));
            }
            node.agrees();
        }
    }

    @Test
    void causalConvolution() {
        for (String activation : new String[] {"none", "silu"}) {
            causal(activation).in(B, 10, T).known(uniform(DType.F32, -1, 1, 1, 10, 1, 5)).agrees();
            causal(activation).in(B, 10, T).known(uniform(DType.F32, -1, 1, 1, 10, 1, 5)).in(10).in(B, 10, 4).agrees();
            causal(activation).in(B, 10, 1).known(uniform(DType.F32, -1, 1, 1, 10, 1, 3)).none().in(B, 10, 2).agrees();
        }
    }

    private static OneNode causal(String activation) {
        return new OneNode("com.microsoft:CausalConvWithState", 17).set("activation", activation).outputs(2)
                .numbers(FIXED);
    }
}
