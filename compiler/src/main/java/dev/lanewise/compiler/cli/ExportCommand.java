package dev.lanewise.compiler.cli;

import dev.lanewise.compiler.export.Exported;
import dev.lanewise.compiler.export.OnnxExporter;
import dev.lanewise.compiler.inspect.Sizes;
import dev.lanewise.formats.ModelFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lanewise export}: from a {@code .lane} file to an ONNX model that computes the same. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = "Writes a .lane file's model as ONNX, for other runtimes. All that has no form in ONNX is"
                + " reported together.",
        footer = {
            "",
            "Example:",
            "  lanewise export vad.lane -o vad.onnx"
        })
final class ExportCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;
    @Mixin private CompileArguments arguments;

    @Parameters(paramLabel = "FILE", description = "A .lane file, or a source model that is compiled first.")
    private Path file;

    @Option(names = {"-o", "--output"}, paramLabel = "OUT.onnx", required = true, description = "The file to write.")
    private Path out;

    @Override
    public Integer call() throws IOException {
        ModelFile model = ModelSource.read(spec, file, arguments);
        if (Files.exists(out) && Files.isSameFile(file, out)) {
            throw new ParameterException(spec.commandLine(), out + ": would overwrite the model");
        }
        if (ModelSource.isCompiled(out)) {
            throw new ParameterException(spec.commandLine(), out + ": is the name of a .lane file; expected OUT.onnx");
        }
        Exported onnx = OnnxExporter.export(model);
        OutputFile.write(out, stream -> stream.write(onnx.bytes()));
        PrintWriter print = spec.commandLine().getOut();
        onnx.notes().forEach(print::println);
        print.println("wrote " + out + ": " + Sizes.bytes(Files.size(out)) + ", operator set " + onnx.opset());
        print.flush();
        return 0;
    }
}
