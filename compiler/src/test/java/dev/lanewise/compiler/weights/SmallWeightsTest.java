package dev.lanewise.compiler.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.Gru;
import dev.lanewise.compiler.op.Lstm;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.WeightForm;
import dev.lanewise.formats.proto.Bytes;
import dev.lanewise.formats.proto.ElementType;
import dev.lanewise.formats.proto.ModelProto;
import dev.lanewise.formats.proto.TensorProto;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.WeightMatrix;
import dev.lanewise.testing.AllocationProbe;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Models with weights in few bits: written, read back, run, and compared with the reference in double. */
class SmallWeightsTest {

    private static final List<String> FORMS = List.of("bf16", "f16", "int8", "int4", "int8-dynamic");

    /** Of the largest element, what rounding to a form may cost at most: half a step, and what is cut off. */
    private static final Map<String, Double> LARGEST_ERROR =
            Map.of("bf16", 0x1p-8, "f16", 0x1p-11, "int8", 0.3, "int4", 0.3, "int8-dynamic", 0.3);

    private static final int VOCABULARY = 50;
    private static final int INPUT = 40;
    private static final int HIDDEN = 36;

    /** Ids are embedded, go through two recurrent layers, a convolution and a product. */
    private static Graph graph() {
        GraphBuilder b = new GraphBuilder();
        Value ids = b.input("ids", ValueType.of(DType.I64, 5, 1));
        Value x = b.add("embedding", new Gather(0), b.constant("table", random(1, VOCABULARY, INPUT)), ids);
        List<Value> lstm = b.addAll("lstm", new Lstm(false), Arrays.asList(
                x, b.constant("lstm.w", random(2, 4 * HIDDEN, INPUT)),
                b.constant("lstm.r", random(3, 4 * HIDDEN, HIDDEN)), b.constant("lstm.b", random(4, 8 * HIDDEN))));
        List<Value> gru = b.addAll("gru", new Gru(false, true), Arrays.asList(
                lstm.get(0), b.constant("gru.w", random(5, 3 * HIDDEN, HIDDEN)),
                b.constant("gru.r", random(6, 3 * HIDDEN, HIDDEN)), b.constant("gru.b", random(7, 6 * HIDDEN))));
        Conv same = new Conv(1, List.of(1), List.of(1), List.of(1), List.of(1), Epilogue.NONE);
        Value conv = b.add("conv", same, gru.get(0), b.constant("filter", random(8, 64, HIDDEN, 3)));
        b.output("y", b.add("head", MatMul.PLAIN, conv, b.constant("matrix", random(9, 64, 70))));
        return b.build();
    }

    private static Literal random(long seed, int... shape) {
        Random random = new Random(seed);
        float[] values = new float[Literal.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian() / 5;
        }
        return Literal.of(values, shape);
    }

    private static Compiled compile(String... rules) {
        CompileOptions options = CompileOptions.defaults();
        for (String rule : rules) {
            options = options.weights(rule);
        }
        return Compiler.compile("small", graph(), options);
    }

    private static Session session(ModelFile file) {
        Session session = Model.of(file, LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD)).newSession();
        ids().forEach((name, value) ->
                Elements.decode(session.input(name), ByteBuffer.wrap(value.encode())));
        return session;
    }

    private static Map<String, Literal> ids() {
        return Map.of("ids", Literal.of(new long[] {3, 0, 49, -1, 17}, 5, 1));
    }

    private static float[] run(ModelFile file) {
        Session session = session(file);
        session.run();
        float[] y = new float[session.outputs().get(0).size()];
        for (int i = 0; i < y.length; i++) {
            y[i] = (float) Elements.get(session.outputs().get(0), i);
        }
        return y;
    }

    /** The graph that was lowered holds the rounded values, and its reference computes in double. */
    private static double[] reference(Graph graph) {
        Map<Value, Literal> values = new HashMap<>();
        graph.inputs().forEach(port -> values.put(port.value(), ids().get(port.name())));
        graph.evaluate(values, Map.of());
        return values.get(graph.outputs().get(0).value()).toDoubles();
    }

    @Test
    void everyFormIsWrittenReadAndComputed() {
        int plain = compile().file().toBytes().length;
        for (String form : FORMS) {
            Compiled compiled = compile(form);
            byte[] bytes = compiled.file().toBytes();
            ModelFile read = ModelFile.read("small.lane", bytes);
            assertEquals(2, read.message().getMinReader(), form);
            assertEquals(7, compiled.stored().size(), form);
            assertTrue(bytes.length < plain * (form.endsWith("16") ? 0.6 : form.equals("int4") ? 0.35 : 0.4), form);
            double[] expected = reference(compiled.graph());
            float[] found = run(read);
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], found[i], form.equals("int8-dynamic") ? 0.02 : 2e-5, form + " at " + i);
            }
        }
    }

    @Test
    void theSameBitsOnScalarKernels() {
        for (String form : FORMS) {
            ModelFile file = compile(form).file();
            Session session =
                    Model.of(file, LoadOptions.defaults().start(LoadOptions.Start.SCALAR)).newSession();
            ids().forEach((name, value) ->
                    Elements.decode(session.input(name), ByteBuffer.wrap(value.encode())));
            session.run();
            float[] best = run(file);
            for (int i = 0; i < best.length; i++) {
                assertEquals((float) Elements.get(session.outputs().get(0), i), best[i], 0f, form);
            }
        }
    }

    @Test
    @Tag("allocation")
    void noBytesPerCall() {
        for (String form : FORMS) {
            AllocationProbe.assertAllocatesNothing(session(compile(form).file())::run);
        }
    }

    @Test
    void aFileWithoutThemNeedsNoNewReader() {
        assertEquals(1, compile().file().message().getMinReader());
        assertEquals(0, compile("f32").stored().size());
    }

    @Test
    void theLastRuleThatMatchesCounts() {
        Compiled compiled = compile("int8", "lstm.*=bf16", "lstm\\.r=f32", "head=int4");
        Map<String, WeightForm> forms = new HashMap<>();
        compiled.stored().forEach(weight -> forms.put(weight.name(), weight.form()));
        assertEquals(
                Map.of(
                        "table", WeightForm.INT8, "lstm.w", WeightForm.BF16, "gru.w", WeightForm.INT8,
                        "gru.r", WeightForm.INT8, "filter", WeightForm.INT8, "matrix", WeightForm.INT4),
                forms);
    }

    @Test
    void wrongRulesAreErrors() {
        assertTrue(assertThrows(PlanException.class, () -> WeightRule.parse("int7")).getMessage().contains("int4"));
        assertThrows(PlanException.class, () -> WeightRule.parse("a(=int8"));
        LanewiseException none = assertThrows(LanewiseException.class, () -> compile("decoder.*=int8"));
        assertTrue(none.getMessage().contains("decoder.*") && none.getMessage().contains("lstm.w"), none.getMessage());
    }

    @Test
    void theErrorOfEachWeightIsReported() {
        for (String form : FORMS) {
            for (StoredWeight weight : compile(form).stored()) {
                assertTrue(weight.rms() > 0 && weight.rms() < (form.equals("int4") ? 0.12 : 0.012), weight.toString());
                assertTrue(weight.most() <= LARGEST_ERROR.get(form), weight.toString());
            }
        }
    }

    @Test
    void outputErrorsFallWithTheNumberOfBits() {
        double[] errors = FORMS.stream()
                .mapToDouble(form -> OutputError.measure(
                        compile("f32").file(), compile(form).file(),
                        (session, call) -> Elements.decode(
                                session.input("ids"), ByteBuffer.wrap(ids().get("ids").encode())), 2)
                        .get(0).rms())
                .toArray();
        assertTrue(errors[1] < errors[0] && errors[0] < errors[3] && errors[2] < errors[3], Arrays.toString(errors));
        assertTrue(errors[1] > 0 && errors[3] < 0.5, Arrays.toString(errors));
    }

    /** What a quantised model's weights are: integers times a scale, whatever became of them on the way. */
    @Test
    void whatIsExactInASmallFormStaysInIt() {
        Random random = new Random(5);
        int rows = 96;
        int k = 64;
        for (WeightForm form : new WeightForm[] {WeightForm.INT4, WeightForm.INT8, WeightForm.BF16, WeightForm.F16}) {
            byte[] bytes = new byte[(int) form.bytes(rows, k)];
            ByteBuffer out = ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < form.codeBytes(rows, k); i++) {
                out.put(i, (byte) random.nextInt());
            }
            for (int i = 0; form == WeightForm.BF16 && i < rows * k || form == WeightForm.F16 && i < rows * k; i++) {
                out.putShort(2 * i, (short) (random.nextInt() & 0x3fff));
            }
            for (int i = 0; i < form.scales(rows, k); i++) {
                out.putFloat((int) form.scalesAt(rows, k) + 4 * i, random.nextFloat() / 100 + 1e-3f);
            }
            float[] values = WeightMatrix.read(form, rows, k, ByteBuffer.wrap(bytes)).values();
            assertEquals(form, Rounding.exactForm(values, rows, k));
            byte[] again = Rounding.encodeExactly(form, values, rows, k);
            float[] back = WeightMatrix.read(form, rows, k, ByteBuffer.wrap(again)).values();
            for (int i = 0; i < values.length; i++) {
                assertEquals(values[i], back[i], 0x1p-21 * Math.abs(values[i]), form + " at " + i);
            }
        }
    }

    @Test
    void hostileFormsAreRefused() {
        ModelProto model = compile("int8").file().message();
        int stored = 0;
        while (model.getTensors(stored).getStored() != ElementType.I8) {
            stored++;
        }
        int at = stored;
        refused(model, at, tensor -> tensor.setStoredValue(99), "form");
        refused(model, at, tensor -> tensor.setStored(ElementType.I64), "form");
        refused(model, at, tensor -> tensor.setSplat(true), "splat");
        refused(model, at, tensor -> tensor.setStored(ElementType.BF16).setRoundInputs(true), "rounded");
        refused(model, at, tensor -> tensor.setType(ElementType.F64), "expected an f32");
        refused(model, at, tensor -> tensor.clearDims(), "rank 1");
        for (ElementType other : List.of(ElementType.F32, ElementType.BF16, ElementType.I4)) {
            ModelProto.Builder changed = model.toBuilder();
            changed.setTensors(at, model.getTensors(at).toBuilder().setStored(other));
            load(changed); // the bytes are others' or none: refused, or numbers that mean nothing
        }
        byte[] nan = model.getWeights().toByteArray();
        Arrays.fill(nan, (byte) 0xff);
        FormatException scale = assertThrows(
                FormatException.class, () -> load(model.toBuilder().setWeights(Bytes.copyOf(nan)), true));
        assertTrue(scale.getMessage().contains("scale"), scale.getMessage());
    }

    private interface Change {
        void make(TensorProto.Builder tensor);
    }

    private static void refused(ModelProto model, int tensor, Change change, String says) {
        ModelProto.Builder changed = model.toBuilder();
        TensorProto.Builder one = model.getTensors(tensor).toBuilder();
        change.make(one);
        changed.setTensors(tensor, one);
        FormatException e = assertThrows(FormatException.class, () -> load(changed, true));
        assertTrue(e.getMessage().contains(says), e.getMessage());
    }

    private static void load(ModelProto.Builder model) {
        try {
            load(model, true);
        } catch (LanewiseException e) {
            // as good as running
        }
    }

    private static void load(ModelProto.Builder model, boolean run) {
        ModelFile file = ModelFile.complete("hostile", model.build());
        Session session = Model.of(file, LoadOptions.defaults().start(LoadOptions.Start.SCALAR)).newSession();
        if (run) {
            session.run();
        }
    }

    @Test
    void halvesGoToTheEvenNeighbour() {
        float[] values = {1 + 0x1p-8f, 1 + 0x3p-8f, -1 - 0x1p-8f};
        byte[] bytes = Rounding.encode(WeightForm.BF16, values, 1, 3);
        assertArrayEquals(
                new float[] {1, 1 + 0x2p-7f, -1},
                WeightMatrix.read(WeightForm.BF16, 1, 3, ByteBuffer.wrap(bytes)).values());
        assertEquals(null, Rounding.encode(WeightForm.F16, new float[] {1e6f}, 1, 1));
        assertEquals(null, Rounding.encode(WeightForm.INT8, new float[] {Float.NaN}, 1, 1));
    }
}
