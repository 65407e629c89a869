package dev.lanewise.compiler.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.StreamAxis;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.model.OnnxRuntime;
import dev.lanewise.compiler.onnx.proto.AttributeProto;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.compiler.onnx.proto.TensorProto;
import dev.lanewise.formats.CompileException;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.testing.AllocationProbe;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** ONNX models over sequences, streamed, against ONNX Runtime, which is given the whole. */
@Tag("once")
class OnnxStreamingTest {

    private static final int CHANNELS = 4;

    private static NodeProto.Builder node(String type, String output, String inputs, Object... attributes) {
        NodeProto.Builder node = SmallModel.node(type, output, inputs.split(","));
        for (int i = 0; i < attributes.length; i += 2) {
            AttributeProto.Builder attribute = AttributeProto.newBuilder().setName((String) attributes[i]);
            if (attributes[i + 1] instanceof Integer number) {
                attribute.setType(AttributeProto.AttributeType.INT).setI(number);
            } else if (attributes[i + 1] instanceof String text) {
                attribute.setType(AttributeProto.AttributeType.STRING).setS(ByteString.copyFromUtf8(text));
            } else {
                attribute.setType(AttributeProto.AttributeType.INTS);
                Arrays.stream((int[]) attributes[i + 1]).forEach(attribute::addInts);
            }
            node.addAttribute(attribute);
        }
        return node;
    }

    private static int[] ints(int... values) {
        return values;
    }

    private static TensorProto.Builder weights(String name, int... shape) {
        Random random = new Random(name.hashCode());
        float[] values = new float[Literal.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (random.nextFloat() * 2 - 1) / 2;
        }
        return SmallModel.tensor(shape, values).setName(name);
    }

    /** x [1, 4, T] to y [1, 4, ...]. */
    private static GraphProto.Builder graph() {
        return GraphProto.newBuilder()
                .addInput(SmallModel.info("x", DType.F32, 1, CHANNELS, "T"))
                .addOutput(SmallModel.info("y", DType.F32, 1, CHANNELS, "frames"));
    }

    /** Streams a model in random chunks of 1 to 7 frames. */
    private static void assertStreams(GraphProto.Builder graph, int delay) throws Exception {
        assertStreams(SmallModel.model(graph), delay);
    }

    private static Compiled compile(byte[] bytes) {
        CompileOptions options = CompileOptions.defaults().dim("T", 7).stream(new StreamAxis("T", 0));
        return Compiler.compile("m", bytes, null, options);
    }

    private static void assertStreams(byte[] bytes, int delay) throws Exception {
        Compiled compiled = compile(bytes);
        assertTrue(compiled.notes().toString().contains("with a delay of " + delay + ","), compiled.notes()::toString);
        Model model = Model.of(compiled.file(), LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD));
        Random random = new Random(1);
        try (OnnxRuntime runtime = new OnnxRuntime(bytes)) {
            for (int frames = 17; frames < 40; frames++) {
                float[] x = new float[CHANNELS * frames];
                for (int i = 0; i < x.length; i++) {
                    x[i] = random.nextFloat() * 2 - 1;
                }
                Literal y = runtime.run(Map.of("x", Literal.of(x, 1, CHANNELS, frames))).get("y");
                double[] streamed = stream(model, x, frames, y.extent(2), random);
                assertArrayEquals(y.toDoubles(), streamed, 1e-5);
            }
        }
    }

    /** [1, 4, expected] */
    private static double[] stream(Model model, float[] x, int frames, int expected, Random random) {
        Session session = model.newSession();
        boolean ends = model.inputNames().contains(StreamAxis.MORE);
        double[] y = new double[CHANNELS * expected];
        int at = 0;
        int done = 0;
        while (at < frames) {
            int chunk = Math.min(frames - at, 1 + random.nextInt(7));
            Tensor in = session.input("x");
            in.setShape(1, CHANNELS, chunk);
            for (int i = 0; i < CHANNELS * chunk; i++) {
                in.floats()[in.offset() + i] = x[i / chunk * frames + at + i % chunk];
            }
            at += chunk;
            if (ends) {
                session.input(StreamAxis.MORE).setShape(at < frames ? 1 : 0);
            }
            session.run();
            Tensor out = session.output("y");
            int n = out.extent(2);
            for (int i = 0; i < CHANNELS * n; i++) {
                y[i / n * expected + done + i % n] = out.get(i);
            }
            done += n;
        }
        assertEquals(expected, done);
        return y;
    }

    @Test
    void causalConvolutionsWithPadding() throws Exception {
        assertStreams(
                graph().addInitializer(weights("w", 4, 4, 3))
                        .addInitializer(weights("v", 4, 1, 3))
                        .addInitializer(SmallModel.longs("pads", 0, 0, 4, 0, 0, 0))
                        .addNode(node("Pad", "p", "x,pads"))
                        .addNode(node("Conv", "c", "p,w", "dilations", ints(2)))
                        .addNode(node("Relu", "r", "c"))
                        .addNode(node("Conv", "d", "r,v", "group", 4, "pads", ints(2, 0)))
                        .addNode(node("Add", "y", "d,x")),
                0);
    }

    @Test
    void poolingThatLooksAhead() throws Exception {
        assertStreams(
                graph().addNode(node("MaxPool", "m", "x", "kernel_shape", ints(3), "pads", ints(1, 1)))
                        .addNode(node("AveragePool", "a", "m", "kernel_shape", ints(4), "strides", ints(2), "pads",
                                ints(1, 2)))
                        .addNode(node("Sigmoid", "y", "a")),
                3);
    }

    @Test
    void downAndUpAgain() throws Exception {
        assertStreams(
                graph().addInitializer(weights("w", 4, 4, 4))
                        .addInitializer(weights("v", 4, 4, 4))
                        .addNode(node("Conv", "c", "x,w", "strides", ints(2), "pads", ints(1, 1)))
                        .addNode(node("Tanh", "t", "c"))
                        .addNode(node("ConvTranspose", "y", "t,v", "strides", ints(2), "pads", ints(1, 1))),
                3);
    }

    @Test
    void recurrentLayersOfAnyLayout() throws Exception {
        assertStreams(
                graph().addInitializer(weights("w", 1, 12, 4))
                        .addInitializer(weights("r", 1, 12, 4))
                        .addInitializer(SmallModel.longs("one", 1))
                        .addNode(node("Transpose", "s", "x", "perm", ints(2, 0, 1)))
                        .addNode(node("GRU", "g", "s,w,r", "hidden_size", 4))
                        .addNode(node("Squeeze", "q", "g,one"))
                        .addNode(node("Transpose", "y", "q", "perm", ints(1, 2, 0))),
                0);
    }

    /** s' = s / 2 + x, from s [1, 4]; gives s' · x: no cell, so that it stays a loop. */
    private static GraphProto decaying() {
        return GraphProto.newBuilder().setName("body")
                .addInput(SmallModel.info("s", DType.F32, 1, CHANNELS))
                .addInput(SmallModel.info("xt", DType.F32, 1, CHANNELS))
                .addInitializer(SmallModel.tensor(new int[] {1}, 0.5f).setName("half"))
                .addNode(SmallModel.node("Mul", "d", "s", "half"))
                .addNode(SmallModel.node("Add", "s2", "d", "xt"))
                .addNode(SmallModel.node("Mul", "yt", "s2", "xt"))
                .addOutput(SmallModel.info("s2", DType.F32, 1, CHANNELS))
                .addOutput(SmallModel.info("yt", DType.F32, 1, CHANNELS))
                .build();
    }

    /** @param direction 1 for a scan from the last frame to the first */
    private static GraphProto.Builder scan(int direction) {
        NodeProto.Builder scan = node("Scan", "last,g", "s0,t", "num_scan_inputs", 1,
                "scan_input_directions", ints(direction), "scan_output_directions", ints(direction));
        return graph().addInitializer(weights("s0", 1, CHANNELS)).addInitializer(weights("w", 4, 4, 3))
                .addNode(node("Conv", "c", "x,w", "pads", ints(1, 1)))
                .addNode(node("Transpose", "t", "c", "perm", ints(2, 0, 1)))
                .addNode(scan.addAttribute(SmallModel.graph("body", decaying())))
                .addNode(node("Transpose", "y", "g", "perm", ints(1, 2, 0)));
    }

    @Test
    void loopsOverFrames() throws Exception {
        assertStreams(scan(0), 1);
        String refusal = assertThrows(CompileException.class, () -> compile(SmallModel.model(scan(1)))).getMessage();
        assertTrue(refusal.contains("'make_last,g'") && refusal.contains("unbounded future"), refusal);
    }

    /**
     * A Loop as exporters write it: it takes frame t of x [1, 4, T], of T, and gives s' = s / (2 + t) + x[t].
     *
     * @param frame gives f from t, the number of the frame that an iteration takes
     */
    private static GraphProto.Builder loop(NodeProto.Builder frame) {
        GraphProto body = GraphProto.newBuilder().setName("body")
                .addInput(SmallModel.info("t", DType.I64)).addInput(SmallModel.info("go", DType.BOOL))
                .addInput(SmallModel.info("s", DType.F32, 1, CHANNELS))
                .addNode(SmallModel.node("Identity", "go2", "go"))
                .addNode(frame)
                .addNode(SmallModel.node("Squeeze", "number", "f"))
                .addNode(node("Gather", "xt", "x,number", "axis", 2))
                .addNode(node("Cast", "real", "t", "to", SmallModel.elementType(DType.F32)))
                .addNode(SmallModel.node("Add", "divisor", "real", "two"))
                .addNode(SmallModel.node("Div", "d", "s", "divisor"))
                .addNode(SmallModel.node("Add", "s2", "d", "xt"))
                .addNode(SmallModel.node("Identity", "yt", "s2"))
                .addOutput(SmallModel.info("go2", DType.BOOL))
                .addOutput(SmallModel.info("s2", DType.F32, 1, CHANNELS))
                .addOutput(SmallModel.info("yt", DType.F32, 1, CHANNELS))
                .build();
        return graph().addInitializer(weights("s0", 1, CHANNELS))
                .addInitializer(SmallModel.tensor(new int[] {1}, 2).setName("two"))
                .addInitializer(SmallModel.number("axis", 2)).addInitializer(SmallModel.longs("one", 1))
                .addNode(SmallModel.node("Shape", "shape", "x"))
                .addNode(SmallModel.node("Gather", "frames", "shape", "axis"))
                .addNode(node("Loop", "last,g", "frames,,s0").addAttribute(SmallModel.graph("body", body)))
                .addNode(node("Transpose", "y", "g", "perm", ints(1, 2, 0)));
    }

    @Test
    void loopsThatAskForTheNumberOfTheFrame() throws Exception {
        assertStreams(loop(node("Identity", "f", "t")), 0);
        for (String order : List.of("frames,t", "t,one")) {
            byte[] model = SmallModel.model(loop(node("Sub", "f", order)));
            String refusal = assertThrows(CompileException.class, () -> compile(model)).getMessage();
            assertTrue(refusal.contains("'make_last,g'") && refusal.contains("cannot be streamed"), refusal);
        }
    }

    /** A cell that keeps its state where a frame says so goes on from chunk to chunk, and is one step in each. */
    @Test
    void cellsWithMasks() throws Exception {
        GraphProto.Builder body = GraphProto.newBuilder().setName("body")
                .addInput(SmallModel.info("s", DType.F32, 1, CHANNELS))
                .addInput(SmallModel.info("xt", DType.F32, 1, CHANNELS))
                .addInput(SmallModel.info("mt", DType.BOOL, 1, 1))
                .addNode(SmallModel.node("MatMul", "p", "xt", "w"))
                .addNode(SmallModel.node("MatMul", "q", "s", "r"))
                .addNode(SmallModel.node("Add", "sum", "p", "q"))
                .addNode(SmallModel.node("Tanh", "next", "sum"))
                .addNode(SmallModel.node("Where", "s2", "mt", "next", "s"))
                .addNode(SmallModel.node("Identity", "yt", "s2"))
                .addOutput(SmallModel.info("s2", DType.F32, 1, CHANNELS))
                .addOutput(SmallModel.info("yt", DType.F32, 1, CHANNELS));
        GraphProto.Builder model = graph().addInitializer(weights("s0", 1, CHANNELS))
                .addInitializer(weights("w", CHANNELS, CHANNELS)).addInitializer(weights("r", CHANNELS, CHANNELS))
                .addInitializer(SmallModel.number("first", 0)).addInitializer(SmallModel.number("second", 1))
                .addInitializer(SmallModel.number("features", 2))
                .addInitializer(SmallModel.tensor(new int[] {1}, 0).setName("nothing"))
                .addNode(node("Transpose", "t", "x", "perm", ints(2, 0, 1)))
                .addNode(node("Slice", "loudness", "t,first,second,features"))
                .addNode(node("Greater", "m", "loudness,nothing"))
                .addNode(node("Scan", "last,g", "s0,t,m", "num_scan_inputs", 2)
                        .addAttribute(SmallModel.graph("body", body.build())))
                .addNode(node("Transpose", "y", "g", "perm", ints(1, 2, 0)));
        assertStreams(model, 0);
        List<StepKind> kinds = compile(SmallModel.model(model)).file().message().getPrograms(0).getBody()
                .getStepsList().stream().map(StepProto::getKind).toList();
        assertTrue(kinds.contains(StepKind.RNN) && !kinds.contains(StepKind.REPEAT), kinds::toString);
    }

    /** Padding by frames, as audio models have it, and averages that count some of their padding. */
    @Test
    void paddingByFrames() throws Exception {
        assertStreams(
                graph().addInitializer(weights("w", 4, 4, 5))
                        .addInitializer(SmallModel.longs("pads", 0, 0, 2, 0, 0, 2))
                        .addNode(node("Pad", "p", "x,pads", "mode", "edge"))
                        .addNode(node("Conv", "y", "p,w")),
                2);
        assertStreams(
                graph().addInitializer(weights("w", 4, 4, 5))
                        .addInitializer(SmallModel.longs("pads", 0, 0, 2, 0, 0, 2))
                        .addNode(node("Pad", "p", "x,pads", "mode", "reflect"))
                        .addNode(node("Conv", "y", "p,w")),
                6);
        assertStreams(
                graph().addNode(node("AveragePool", "y", "x", "kernel_shape", ints(3), "strides", ints(2), "pads",
                        ints(1, 1), "ceil_mode", 1, "count_include_pad", 1)),
                1);
    }

    /** It puts the end in front of the beginning. */
    @Test
    void paddingThatWrapsIsRefused() {
        byte[] model = SmallModel.model(
                graph().addInitializer(SmallModel.longs("pads", 0, 0, 2, 0, 0, 0))
                        .addNode(node("Pad", "y", "x,pads", "mode", "wrap")), 19);
        String refusal = assertThrows(CompileException.class, () -> compile(model)).getMessage();
        assertTrue(refusal.contains("'make_y'") && refusal.contains("unbounded future"), refusal);
    }

    /** A spotter of keywords as a whole: convolutions over time, pooling, a recurrent layer, attention spelled out. */
    private static byte[] spotter() {
        return new Spelling()
                .in("x", OneNode.uniform(DType.F32, -1, 1, 1, 1, CHANNELS, 20), 1, CHANNELS, "T")
                .weights("w1", 6, 4, 3).weights("b1", 6).weights("w2", 4, 6, 3)
                .weights("wx", 1, 16, 4).weights("wh", 1, 16, 4).weights("wq", 4, 4).weights("wk", 4, 4)
                .weights("wv", 4, 4)
                .nodes("c = Relu(Conv(x, w1, b1; pads=[1, 1]));"
                        + " d = Relu(Conv(Pad(c, [0, 0, 4, 0, 0, 0]), w2; dilations=[2]));"
                        + " m = MaxPool(d; kernel_shape=[2], strides=[2]);"
                        + " h = LSTM(Transpose(m; perm=[2, 0, 1]), wx, wh; hidden_size=4);"
                        + " g = Transpose(Squeeze(h, [1]); perm=[1, 0, 2]);"
                        + " q = Unsqueeze(MatMul(g, wq), [1]); k = Unsqueeze(MatMul(g, wk), [1]);"
                        + " v = Unsqueeze(MatMul(g, wv), [1]); t = Squeeze(Gather(Shape(g), [1]));"
                        + " places = Range(Squeeze([0]), t, Squeeze([1])); ago = Sub(Unsqueeze(places, [1]), places);"
                        + " seen = And(GreaterOrEqual(ago, Squeeze([0])), Less(ago, Squeeze([5])));"
                        + " s = Mul(MatMul(q, Transpose(k; perm=[0, 1, 3, 2])), 0.5);"
                        + " a = MatMul(Softmax(Where(seen, s, -inf); axis=-1), v);"
                        + " y = Transpose(Add(Squeeze(a, [1]), g); perm=[0, 2, 1])")
                .bytes();
    }

    @Test
    void aWholeSpotter() throws Exception {
        assertStreams(spotter(), 2);
    }

    /** Streams one after another, each in chunks of its own sizes, each with its end. */
    @Test
    @Tag("allocation")
    void aWholeSpotterAllocatesNothing() {
        LoadOptions scalar = LoadOptions.defaults().start(LoadOptions.Start.SCALAR);
        Session session = Model.of(compile(spotter()).file(), scalar).newSession();
        Tensor x = session.input("x");
        Tensor more = session.input(StreamAxis.MORE);
        Tensor y = session.output("y");
        int[] chunks = {3, 1, 7, 2, 7, 3, 3};
        float[] values = new float[CHANNELS * 7];
        Arrays.fill(values, 0.5f);
        int[] streams = {0};
        AllocationProbe.assertAllocatesNothing(() -> {
            int first = streams[0]++ % chunks.length;
            int frames = 0;
            more.setExtent(0, 1);
            for (int i = 0; i < chunks.length; i++) {
                x.setExtent(2, chunks[(first + i) % chunks.length]);
                x.set(values, 0);
                session.run();
                frames += y.extent(2);
            }
            more.setExtent(0, 0);
            x.setExtent(2, 0);
            session.run();
            frames += y.extent(2);
            session.state().reset();
            assertEquals(13, frames, "one for every two");
        });
    }
}
