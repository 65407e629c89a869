package dev.lanewise.compiler.cli;

import dev.lanewise.compiler.inspect.Sizes;
import dev.lanewise.runtime.Backend;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lanewise doctor}: how fast this JVM can be, and what would change it. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = "Says which kernels this JVM runs, why, and the one thing to change; of a model also what was"
                + " made and compiled for it, and how long that took.",
        footer = {"", "Example:", "  lanewise doctor --model vad.lane"})
final class DoctorCommand implements Callable<Integer> {

    /** A fused multiply-add in hardware takes about a nanosecond; java.math does it in hundreds. */
    private static final double HARDWARE_FMA_NANOS = 20;

    @Spec private CommandSpec spec;
    @Mixin private CompileArguments arguments;

    @Option(names = "--model", paramLabel = "FILE",
            description = "A .lane file, or a source model that is compiled first: load it, warm it, and say for each"
                    + " step what computes it.")
    private Path model;

    @Override
    public Integer call() throws IOException {
        if (model == null && arguments.given()) {
            throw new ParameterException(spec.commandLine(), "--dim, --pin, --state and their like are for --model");
        }
        PrintWriter out = spec.commandLine().getOut();
        try {
            describeJava(out);
            if (model != null) {
                out.flush();
                ModelDoctor.examine(ModelSource.read(spec, model, arguments), out);
            }
        } finally {
            out.flush();
        }
        return 0;
    }

    private static void describeJava(PrintWriter out) {
        out.println("java      " + System.getProperty("java.version") + ", " + System.getProperty("java.vm.name"));
        out.println("          " + System.getProperty("java.home"));
        out.println("machine   " + System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", "
                + Runtime.getRuntime().availableProcessors() + " processors");
        out.println("memory    " + Sizes.bytes(Runtime.getRuntime().maxMemory()) + " of heap at most");
        out.println("C2        " + compiler());
        double nanos = fmaNanos();
        out.println("FMA       " + (nanos < HARDWARE_FMA_NANOS ? "in hardware" : "in software")
                + String.format(java.util.Locale.ROOT, " (%.1f ns)", nanos));
        boolean incubator = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        out.println("vectors   jdk.incubator.vector is " + (incubator ? "there" : "missing"));
        Backend backend = dev.lanewise.runtime.Lanewise.backend();
        out.println("kernels   " + backend.kernels());
        out.println("lanes     " + backend.lanes()
                + (backend.lanes() == 1 ? "" : ", " + backend.lanes() * 32 + " bits"));
        out.println("because   " + backend.reason());
        out.println("to do     " + (backend.advice().isEmpty() ? "nothing" : backend.advice()));
    }

    private static String compiler() {
        String vm = System.getProperty("java.vm.name", "");
        String compiler = System.getProperty("sun.management.compiler",
                ManagementFactory.getCompilationMXBean() == null ? ""
                        : ManagementFactory.getCompilationMXBean().getName());
        if (compiler.isEmpty()) {
            return "no: this JVM only interprets";
        }
        boolean limited = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .anyMatch(argument -> argument.startsWith("-XX:TieredStopAtLevel=") && !argument.endsWith("=4"));
        return limited
                ? "no: -XX:TieredStopAtLevel leaves only C1"
                : vm.contains("Server") || vm.contains("HotSpot") ? "yes (" + compiler + ")" : "no: " + vm;
    }

    /** Time of one Math.fma; the first rounds let it be compiled. */
    private static double fmaNanos() {
        double best = Double.MAX_VALUE;
        float sum = 0;
        for (int round = 0; round < 20; round++) {
            int count = 2_000;
            long start = System.nanoTime();
            for (int i = 0; i < count; i++) {
                sum = Math.fma(sum, 0.5f, i);
            }
            best = Math.min(best, (System.nanoTime() - start) / (double) count);
        }
        return sum == -1 ? 0 : best;
    }
}
