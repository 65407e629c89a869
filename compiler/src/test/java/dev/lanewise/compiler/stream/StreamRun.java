package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.StreamAxis;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.model.Together;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A small network over x [T, features...], compiled for whole sequences and for streams. */
final class StreamRun {

    /** Longest sequence of the model that takes it whole. */
    static final int WHOLE = 96;

    /** Adds layers to a graph. */
    interface Layers {

        /** Gives the output [frames, ...]. */
        Value add(GraphBuilder builder, Value x);
    }

    final Compiled compiled;
    final Model batch;
    final Model streamed;
    private final int[] features;

    StreamRun(Layers layers, int bound, int window, int... features) {
        this.features = features;
        CompileOptions options = CompileOptions.defaults().autoState(false);
        batch = load(Compiler.compile("batch", graph(layers, WHOLE, features), options));
        compiled = Compiler.compile(
                "stream", graph(layers, WHOLE, features),
                options.dim("T", bound).stream(new StreamAxis("T", window)));
        streamed = load(compiled);
    }

    private static Graph graph(Layers layers, int bound, int... features) {
        GraphBuilder builder = new GraphBuilder();
        List<Dim> shape = new ArrayList<>(List.of(Dim.symbol("T", 1, bound)));
        Arrays.stream(features).forEach(extent -> shape.add(Dim.of(extent)));
        Value x = builder.input("x", new ValueType(DType.F32, shape));
        builder.output("y", layers.add(builder, x));
        return builder.build();
    }

    private static Model load(Compiled compiled) {
        return Model.of(compiled.file(), LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD));
    }

    /** [frames · features] numbers in −1 … 1. */
    float[] input(int frames, Random random) {
        float[] x = new float[frames * size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = random.nextFloat() * 2 - 1;
        }
        return x;
    }

    /** Elements of a frame of the input. */
    int size() {
        return Arrays.stream(features).reduce(1, (a, b) -> a * b);
    }

    /** What the model makes of a whole sequence. */
    float[] whole(float[] x) {
        Session session = batch.newSession();
        return call(session, x, 0, x.length / size());
    }

    /** Streams that advance together, by chunks of random sizes, have the bits that each has alone. */
    void assertTogether(int bound, int calls, Random random) {
        Together together = new Together(streamed, 20);
        for (int call = 0; call < calls; call++) {
            int frames = 1 + random.nextInt(bound);
            int more = call == calls - 1 ? 0 : 1;
            together.step(20, random, name -> name.equals("x") ? shape(frames) : new int[] {more});
        }
    }

    private int[] shape(int frames) {
        int[] shape = new int[features.length + 1];
        shape[0] = frames;
        System.arraycopy(features, 0, shape, 1, features.length);
        return shape;
    }

    /** What the streamed model gives for chunks one after another, its end included. */
    float[] stream(Session session, float[] x, int... chunks) {
        List<float[]> parts = new ArrayList<>();
        int at = 0;
        more(session, 1);
        for (int chunk : chunks) {
            parts.add(call(session, x, at, chunk));
            at += chunk;
        }
        if (hasEnd()) {
            more(session, 0);
            parts.add(call(session, x, at, 0));
        }
        return concat(parts);
    }

    boolean hasEnd() {
        return streamed.inputNames().contains(StreamAxis.MORE);
    }

    /** Whether the stream goes on after the next call. */
    void more(Session session, int extent) {
        if (hasEnd()) {
            session.input(StreamAxis.MORE).setShape(extent);
        }
    }

    /** One call with {@code frames} frames from {@code at} on; gives a copy of the output. */
    float[] call(Session session, float[] x, int at, int frames) {
        Tensor in = session.input("x");
        in.setExtent(0, frames);
        in.set(x, at * size());
        session.run();
        Tensor out = session.output("y");
        return Arrays.copyOfRange(out.floats(), out.offset(), out.offset() + out.size());
    }

    static float[] concat(List<float[]> parts) {
        float[] all = new float[parts.stream().mapToInt(part -> part.length).sum()];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    /** Chunks of random sizes up to a bound, {@code frames} together. */
    static int[] chunks(int frames, int bound, Random random) {
        List<Integer> chunks = new ArrayList<>();
        int left = frames;
        while (left > 0) {
            int chunk = Math.min(left, 1 + random.nextInt(bound));
            chunks.add(chunk);
            left -= chunk;
        }
        return chunks.stream().mapToInt(chunk -> chunk).toArray();
    }
}
