package dev.lanewise.compiler.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.model.OnnxRuntime;
import dev.lanewise.compiler.model.ReferenceData;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A trained Llama (Touvron et al. 2023) of 260,000 parameters, spelled out as exporters do: normalisations,
 * rotations, shared heads and gates are recognised, the cache grows in place, and the story is ONNX Runtime's.
 */
class TinyStoriesTest {

    private static final int LAYERS = 5;
    private static final int DIM = 64;
    private static final int HEADS = 8;
    private static final int KV = 4;
    private static final int D = DIM / HEADS;
    private static final int HIDDEN = 172;
    private static final int VOCABULARY = 512;
    private static final int POSITIONS = 512;

    /** Lengths of the calls: a prompt, then token by token. */
    private static final int[] CALLS = {4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

    /** Reads llama2.c's first file layout: seven numbers, then the weights in this order. */
    private static Spelling weights() throws Exception {
        ByteBuffer file = ByteBuffer.wrap(
                        Files.readAllBytes(ReferenceData.path("models/tinystories-260k/checkpoint_legacy.bin")))
                .order(ByteOrder.LITTLE_ENDIAN);
        file.position(7 * Integer.BYTES);
        Spelling model = new Spelling().weights("embedding", take(file, VOCABULARY, DIM));
        int[][] shapes = {
            {DIM}, {DIM, DIM}, {KV * D, DIM}, {KV * D, DIM}, {DIM, DIM}, {DIM}, {HIDDEN, DIM}, {DIM, HIDDEN},
            {HIDDEN, DIM},
        };
        String[] names = {"na", "wq", "wk", "wv", "wo", "nf", "w1", "w2", "w3"};
        for (int i = 0; i < names.length; i++) {
            for (int layer = 0; layer < LAYERS; layer++) {
                model.weights(names[i] + layer, take(file, shapes[i]));
            }
        }
        model.weights("nl", take(file, DIM));
        return model.weights("cosines", twice(take(file, POSITIONS, D / 2)))
                .weights("sines", twice(take(file, POSITIONS, D / 2)));
    }

    private static Literal take(ByteBuffer file, int... shape) {
        float[] values = new float[Literal.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = file.getFloat();
        }
        return Literal.of(values, shape);
    }

    /** Each column twice, one for each of two neighbours. */
    private static Literal twice(Literal table) {
        return table.select(i -> i / 2, table.extent(0), 2 * table.extent(1));
    }

    private static String norm(String x, String scale) {
        return "Mul(" + scale + ", Mul(" + x + ", Reciprocal(Sqrt(Add(ReduceMean(Pow(" + x
                + ", 2); axes=[-1]), 1e-5)))))";
    }

    private static String linear(String x, String w) {
        return "MatMul(" + x + ", Transpose(" + w + "; perm=[1, 0]))";
    }

    private static String heads(String x, String w, int count) {
        return "Transpose(Reshape(" + linear(x, w) + ", [0, 0, " + count + ", 8]); perm=[0, 2, 1, 3])";
    }

    /** Neighbours are rotated against each other. */
    private static String rotated(String x, int count) {
        return "Add(Mul(" + x + ", cos), Mul(Reshape(Concat(Unsqueeze(Neg(Slice(" + x
                + ", [1], [8], [3], [2])), [4]), Unsqueeze(Slice(" + x + ", [0], [8], [3], [2]), [4]); axis=4), [0, "
                + count + ", -1, 8]), sin))";
    }

    private static String repeated(String x) {
        return "Reshape(Expand(Unsqueeze(" + x + ", [2]), [1, 4, 2, 1, 8]), [0, 8, -1, 8])";
    }

    private static Spelling decoder() throws Exception {
        Spelling model = weights()
                .in("ids", ids(0, 4), 1, "T").in("positions", positions(0, 4), "T")
                .in("mask", mask(0, 4), 1, 1, "T", "S")
                .dim("T", 1, 8).dim("P", 0, 64).dim("S", 1, 72).autoState();
        StringBuilder nodes = new StringBuilder("x0 = Gather(embedding, ids); cos = Gather(cosines, positions);"
                + " sin = Gather(sines, positions)");
        String[] outputs = new String[1 + 2 * LAYERS];
        outputs[0] = "logits";
        for (int l = 0; l < LAYERS; l++) {
            Literal none = Literal.of(new float[0], 1, KV, 0, D);
            model.in("past_key" + l, none, 1, KV, "P", D).in("past_value" + l, none, 1, KV, "P", D);
            outputs[1 + 2 * l] = "present_key" + l;
            outputs[2 + 2 * l] = "present_value" + l;
            String[] lines = {
                "a@ = " + norm("x@", "na@"),
                "q@ = " + heads("a@", "wq@", HEADS),
                "k@ = " + heads("a@", "wk@", KV),
                "present_key@ = Concat(past_key@, " + rotated("k@", KV) + "; axis=2)",
                "present_value@ = Concat(past_value@, " + heads("a@", "wv@", KV) + "; axis=2)",
                "s@ = Div(MatMul(" + rotated("q@", HEADS) + ", Transpose(" + repeated("present_key@")
                        + "; perm=[0, 1, 3, 2])), 2.828427)",
                "o@ = MatMul(Softmax(Add(s@, mask); axis=-1), " + repeated("present_value@") + ")",
                "h@ = Add(x@, " + linear("Reshape(Transpose(o@; perm=[0, 2, 1, 3]), [0, 0, 64])", "wo@") + ")",
                "f@ = " + norm("h@", "nf@"),
                "g@ = " + linear("f@", "w1@"),
                "x" + (l + 1) + " = Add(h@, " + linear("Mul(Mul(g@, Sigmoid(g@)), " + linear("f@", "w3@") + ")", "w2@")
                        + ")",
            };
            nodes.append("; ").append(String.join("; ", lines).replace("@", Integer.toString(l)));
        }
        nodes.append("; n = ").append(norm("x" + LAYERS, "nl"));
        nodes.append("; logits = ").append(linear("n", "embedding"));
        return model.outputs(outputs).nodes(nodes.toString());
    }

    private static Literal ids(int from, int count) {
        long[] ids = new long[count];
        Arrays.setAll(ids, i -> from + i == 0 ? 1 : 403 + (from + i) * 7 % 90);
        return Literal.of(ids, 1, count);
    }

    private static Literal positions(int from, int count) {
        long[] positions = new long[count];
        Arrays.setAll(positions, i -> from + i);
        return Literal.of(positions, count);
    }

    private static Literal mask(int past, int count) {
        float[] mask = new float[count * (past + count)];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i % (past + count) > past + i / (past + count) ? -1e9f : 0;
        }
        return Literal.of(mask, 1, 1, count, past + count);
    }

    @Test
    void decodes() throws Exception {
        if (!ReferenceData.has("models/tinystories-260k/checkpoint_legacy.bin")) {
            return;
        }
        Spelling model = decoder();
        Map<StepKind, Integer> kinds = new HashMap<>();
        model.kinds().forEach(kind -> kinds.merge(kind, 1, Integer::sum));
        assertEquals(LAYERS, kinds.get(StepKind.ATTENTION), kinds.toString());
        assertEquals(2 * LAYERS + 1, kinds.get(StepKind.RMS_NORM), kinds.toString());
        assertEquals(2 * LAYERS, kinds.get(StepKind.CONCAT), kinds.toString());
        assertEquals(LAYERS, model.steps().stream().filter(TinyStoriesTest::isGate).count());
        for (StepKind gone : new StepKind[] {
            StepKind.REDUCE, StepKind.SOFTMAX, StepKind.EXPAND, StepKind.SLICE, StepKind.UNARY,
            StepKind.MATMUL_DYNAMIC}) {
            assertEquals(null, kinds.get(gone), gone.toString());
        }
        Session session = model.session();
        try (OnnxRuntime runtime = new OnnxRuntime(model.bytes())) {
            Map<String, Literal> given = new HashMap<>();
            for (int l = 0; l < LAYERS; l++) {
                given.put("past_key" + l, Literal.of(new float[0], 1, KV, 0, D));
                given.put("past_value" + l, Literal.of(new float[0], 1, KV, 0, D));
            }
            Literal next = ids(0, CALLS[0]);
            int past = 0;
            for (int count : CALLS) {
                Map<String, Literal> call = Map.of(
                        "ids", next, "positions", positions(past, count), "mask", mask(past, count));
                given.putAll(call);
                Map<String, Literal> expected = runtime.run(given);
                Spelling.set(session, call);
                session.run();
                Literal logits = Spelling.output(session, "logits");
                model.compare("logits", expected.get("logits"), logits);
                for (int l = 0; l < LAYERS; l++) {
                    given.put("past_key" + l, expected.get("present_key" + l));
                    given.put("past_value" + l, expected.get("present_value" + l));
                }
                past += count;
                next = Literal.of(new long[] {best(logits)}, 1, 1);
            }
        }
    }

    private static boolean isGate(StepProto step) {
        return step.getKind() == StepKind.MATMUL && step.getInts(1) == UnaryFn.SWISH.ordinal() + 1;
    }

    private static long best(Literal logits) {
        int from = logits.size() - VOCABULARY;
        int best = 0;
        for (int i = 1; i < VOCABULARY; i++) {
            best = logits.doubleAt(from + i) > logits.doubleAt(from + best) ? i : best;
        }
        return best;
    }
}
