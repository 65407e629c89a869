package dev.lanewise.samples.guide;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.BatchSession;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.State;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.ArrayList;
import java.util.List;

/** A server's loop: whoever has input goes into one call. The model keeps a sum for each stream. */
public final class ManyStreams {

    private ManyStreams() {}

    /** Prints the sums of some of the streams. */
    public static void main(String[] args) {
        Model model = sums();
        List<State> streams = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            streams.add(model.newState());
        }

        BatchSession session = model.newBatchSession(1000); // the most streams of one call
        Tensor x = session.input("x"); // a row for each
        Tensor y = session.output("y");
        State[] states = new State[1000];
        for (int tick = 1; tick <= 6; tick++) {
            int n = 0;
            for (int i = 0; i < streams.size(); i++) {
                if (i % tick == 0) { // this one has input
                    states[n] = streams.get(i);
                    x.floats()[x.rowOffset(n)] = i;
                    n++;
                }
            }
            session.stepBatch(states, n); // allocates nothing
            System.out.println(n + " streams, sum of the last: " + y.get(y.rowOffset(n - 1)));
        }
    }

    /** h' = h + x, y = h'. */
    private static Model sums() {
        GraphBuilder builder = new GraphBuilder();
        ValueType type = new ValueType(DType.F32, List.of(Dim.ONE));
        Value x = builder.input("x", type);
        Value h = builder.state("h", type);
        Value next = builder.add("sum", new Binary(BinaryFn.ADD), h, x);
        builder.next("h", h, next);
        builder.output("y", next);
        return Model.of(
                Compiler.compile("sums", builder.build(), CompileOptions.defaults()).file(), LoadOptions.defaults());
    }
}
