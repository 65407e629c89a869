package dev.lanewise.compiler.cli;

import dev.lanewise.compiler.inspect.HtmlReport;
import dev.lanewise.compiler.inspect.JsonReport;
import dev.lanewise.compiler.inspect.ModelFacts;
import dev.lanewise.compiler.inspect.TextReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lanewise inspect}: what is in a model file. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = "Shows what a model file holds: extents, steps, sizes, memory;"
                + " as text, JSON or a page with pictures.",
        footer = {
            "",
            "Example:",
            "  lanewise inspect vad.lane --html vad.html"
        })
final class InspectCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;
    @Mixin private CompileArguments arguments;

    @Parameters(paramLabel = "FILE", description = "A .lane file, or a source model that is compiled first.")
    private Path file;

    @Option(names = "--memory", description = "Print every byte: weights, arena, state, inputs and outputs.")
    private boolean memory;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(names = "--html", paramLabel = "OUT.html", description = "Write a page that needs no other file.")
    private Path html;

    @Override
    public Integer call() throws IOException {
        ModelFacts facts = ModelFacts.of(ModelSource.read(spec, file, arguments));
        PrintWriter out = spec.commandLine().getOut();
        if (html != null) {
            byte[] page = HtmlReport.of(facts).getBytes(StandardCharsets.UTF_8);
            OutputFile.write(html, stream -> stream.write(page));
        }
        if (json) {
            JsonReport.write(facts, out);
        } else if (memory) {
            TextReport.printMemory(facts, out);
        } else if (html == null) {
            TextReport.print(facts, out);
        } else {
            out.println("wrote " + html);
        }
        out.flush();
        return 0;
    }
}
