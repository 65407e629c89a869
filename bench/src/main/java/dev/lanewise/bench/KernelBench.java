package dev.lanewise.bench;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.op.CaseGraph;
import dev.lanewise.compiler.op.OpCase;
import dev.lanewise.compiler.op.Ops;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * A row for each case of each operation, from the operations' own lists: a new operation brings its rows
 * with it, so that no kernel lacks one. Time of a run of the compiled case, and bytes it allocates.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class KernelBench {

    @Param("")
    public String opCase;

    @Param({"vector", "scalar"})
    public String kernels;

    private Session session;

    /**
     * JMH's own arguments, and first a part of the rows' names, such as {@code Lstm}; without one all rows
     * are measured, which takes hours.
     */
    public static void main(String[] args) throws Exception {
        String part = args.length > 0 && !args[0].startsWith("-") ? args[0] : "";
        String[] rest = part.isEmpty() ? args : java.util.Arrays.copyOfRange(args, 1, args.length);
        String[] names = rows().keySet().stream().filter(name -> name.contains(part)).toArray(String[]::new);
        if (names.length == 0) {
            System.err.println("lanewise bench kernels: no row's name contains '" + part + "'; there are:");
            rows().keySet().forEach(System.err::println);
            System.exit(2);
        }
        new Runner(new OptionsBuilder()
                        .parent(new CommandLineOptions(rest))
                        .include(KernelBench.class.getName())
                        .param("opCase", names)
                        .addProfiler(GCProfiler.class)
                        .build())
                .run();
    }

    /** All cases by name: the operation, the number of its case, and its first operand. */
    static Map<String, OpCase> rows() {
        Map<String, OpCase> rows = new LinkedHashMap<>();
        for (Ops.Entry entry : Ops.ALL) {
            List<OpCase> cases = new ArrayList<>(entry.cases().get());
            for (int i = 0; i < cases.size(); i++) {
                String operands = cases.get(i).inputs().isEmpty() || cases.get(i).inputs().get(0).type() == null
                        ? "" : cases.get(i).inputs().get(0).type().toString().replace(',', '×').replace(" ", "");
                rows.put(entry.op().getSimpleName() + "-" + i + "-" + operands, cases.get(i));
            }
        }
        return rows;
    }

    /** Compiles the case and gives it its inputs. */
    @Setup(Level.Trial)
    public void prepare() {
        CaseGraph graph = CaseGraph.of(rows().get(opCase));
        Compiled compiled = Compiler.compile("case", graph.graph(), CompileOptions.defaults().autoState(false));
        LoadOptions.Start start =
                kernels.equals("scalar") ? LoadOptions.Start.SCALAR : LoadOptions.Start.WAIT_UNTIL_HOT;
        session = Model.of(compiled.file(), LoadOptions.defaults().start(start)).newSession();
        Iterator<Literal> inputs = graph.inputs().values().iterator();
        for (Tensor tensor : session.inputs()) {
            Literal input = inputs.next();
            tensor.setShape(input.shape());
            Elements.decode(tensor, ByteBuffer.wrap(input.encode()));
        }
    }

    /** One run. */
    @Benchmark
    public void run() {
        session.run();
    }
}
