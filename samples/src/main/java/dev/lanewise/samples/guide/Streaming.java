package dev.lanewise.samples.guide;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.StreamAxis;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.runtime.kernel.Epilogue;
import java.util.List;

/** A moving average over a sequence, given in chunks: what docs/streaming.md shows. */
public final class Streaming {

    private Streaming() {}

    /** Prints what was said when compiling, and what comes out of each call. */
    public static void main(String[] args) {
        // y[t] = (x[t - 1] + x[t] + x[t + 1]) / 3, with zeros around the sequence
        GraphBuilder builder = new GraphBuilder();
        ValueType type = new ValueType(DType.F32, List.of(Dim.ONE, Dim.symbol("T", 1, 1000), Dim.ONE));
        Value x = builder.input("x", type);
        Value filter = builder.constant("filter", Literal.of(new float[] {1 / 3f, 1 / 3f, 1 / 3f}, 1, 1, 3));
        Conv average = new Conv(1, List.of(1), List.of(1), List.of(1), List.of(1), Epilogue.NONE);
        builder.output("y", builder.add("average", average, x, filter));
        Graph graph = builder.build();

        // chunks of 1 to 4 frames
        CompileOptions options = CompileOptions.defaults().dim("T", 4).stream(new StreamAxis("T", 0));
        Compiled compiled = Compiler.compile("average", graph, options);
        compiled.notes().forEach(System.out::println);

        Session session = Model.of(compiled.file(), LoadOptions.defaults()).newSession();
        Tensor in = session.input("x");
        Tensor out = session.output("y");
        float[][] chunks = {{3, 6, 9}, {12}, {15, 18}};
        for (float[] chunk : chunks) {
            in.setShape(1, chunk.length, 1);
            in.set(chunk);
            session.run();
            print(out);
        }
        in.setShape(1, 0, 1); // nothing more comes:
        session.input(StreamAxis.MORE).setShape(0);
        session.run(); // what was held back comes out
        print(out);
    }

    private static void print(Tensor out) {
        StringBuilder line = new StringBuilder(out.extent(1) + " frames:");
        for (int i = 0; i < out.size(); i++) {
            line.append(' ').append(out.get(i));
        }
        System.out.println(line);
    }
}
