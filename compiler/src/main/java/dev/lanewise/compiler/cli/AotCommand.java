package dev.lanewise.compiler.cli;

import dev.lanewise.compiler.aot.AotCache;
import dev.lanewise.compiler.aot.RuntimeJars;
import dev.lanewise.compiler.inspect.Sizes;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Rehearsal;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lanewise aot}: a folder from which Java starts with a model in a fraction of the time. */
@Command(
        name = "aot",
        mixinStandardHelpOptions = true,
        description = {
            "Prepares an AOT cache of the JVM (JEP 514), from which a process starts with this model several"
                    + " times sooner. Needs Java 25.",
            "The folder gets the model, the jars of the runtime, and the cache. A program whose class path begins"
                    + " with these jars, in this order, starts from the cache: its own jars come after them."
        },
        footer = {"", "Example:", "  lanewise aot vad.lane -o start"})
final class AotCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;
    @Mixin private CompileArguments arguments;

    @Parameters(paramLabel = "FILE", description = "A .lane file, or a source model that is compiled first.")
    private Path file;

    @Option(names = {"-o", "--output"}, paramLabel = "DIR", required = true, description = "The folder to write.")
    private Path folder;

    @Option(names = "--no-vector", description = "For programs that run on scalar kernels: leaves out the incubating"
            + " module, with which the JVM itself starts more slowly.")
    private boolean noVector;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (Runtime.version().feature() < AotCache.FIRST_JAVA) {
            throw new Failure("an AOT cache needs Java " + AotCache.FIRST_JAVA + " (JEP 514); this is "
                    + Runtime.version().feature());
        }
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new Failure(folder + ": is a file, expected a folder");
        }
        ModelFile model = ModelSource.read(spec, file, arguments);
        Model.of(model, LoadOptions.defaults().start(LoadOptions.Start.SCALAR)).newSession().run(); // fails here
        List<Path> jars = RuntimeJars.into(folder);
        Path lane = folder.resolve(baseName(file) + ".lane");
        Path cache = folder.resolve(baseName(file) + ".aot");
        OutputFile.write(lane, stream -> model.message().writeTo(stream));
        List<String> options = RuntimeJars.options(!noVector);
        AotCache.write(cache, options, jars, Rehearsal.class.getName(), List.of(lane.toString()));
        PrintWriter out = spec.commandLine().getOut();
        out.println("wrote " + cache + ": " + Sizes.bytes(Files.size(cache)));
        out.println();
        List<String> line = new ArrayList<>(List.of("java", "-XX:AOTCache=" + cache));
        line.addAll(options);
        out.println(String.join(" ", line) + " \\");
        out.println("    -cp " + AotCache.classPath(jars) + ":YOUR.jar YOUR.Main");
        out.flush();
        return 0;
    }

    private static String baseName(Path file) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot <= 0 ? name : name.substring(0, dot);
    }
}
