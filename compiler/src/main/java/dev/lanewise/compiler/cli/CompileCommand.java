package dev.lanewise.compiler.cli;

import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.StreamAxis;
import dev.lanewise.compiler.data.DataFile;
import dev.lanewise.compiler.inspect.ModelFacts;
import dev.lanewise.compiler.inspect.ModelFacts.Port;
import dev.lanewise.compiler.inspect.Sizes;
import dev.lanewise.compiler.inspect.TextReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lanewise compile}: from a trained model to a {@code .lane} file. */
@Command(
        name = "compile",
        mixinStandardHelpOptions = true,
        description = "Compiles a model to a .lane file. All that does not fit is reported together.",
        footer = {
            "",
            "Example:",
            "  lanewise compile vad.onnx -o vad.lane --dim batch=1..1 --pin sr=16000",
            "  lanewise compile net.onnx -o net.lane --trainable --loss cross-entropy:scores",
            "  lanewise compile talk.onnx -o talk.lane --weights int8 --weights 'decoder.*=bf16' --report"
        })
final class CompileCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;
    @Mixin private CompileArguments arguments;
    @Mixin private TrainableArguments trainable;

    @Parameters(paramLabel = "IN", description = "The model to compile (.onnx).")
    private Path in;

    @Option(names = {"-o", "--output"}, paramLabel = "OUT", required = true, description = "The file to write.")
    private Path out;

    @Option(names = "--trainable", description = "Put programs that train, and judge weights, into the file.")
    private boolean trains;

    @Option(names = "--report",
            description = "Say what rounding weights costs: the error of each, and that of the outputs against f32.")
    private boolean report;

    @Option(names = {"-i", "--input"}, paramLabel = "NAME=FILE",
            description = "With --report: values of an input, in place of seeded ones. Once for each input.")
    private List<String> inputs = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        ModelSource.requireFile(spec, in);
        if (ModelSource.isCompiled(in)) {
            throw new ParameterException(spec.commandLine(), in + ": is compiled already");
        }
        if (Files.exists(out) && Files.isSameFile(in, out)) {
            throw new ParameterException(spec.commandLine(), out + ": would overwrite the model");
        }
        Map<String, DataFile> values = InputFiles.read(spec, inputs);
        if (!report && !values.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--input: only with --report");
        }
        if (trainable.given() && !trains) {
            throw new ParameterException(spec.commandLine(),
                    "--loss, --optimizer, --freeze, --clip-norm, --accumulate and --recompute: only with --trainable");
        }
        if (report && trains) {
            throw new ParameterException(spec.commandLine(), "--report: not with --trainable, which keeps weights f32");
        }
        Compiled compiled = Compiler.compile(in, trains ? trainable.apply(arguments.options()) : arguments.options());
        ModelFacts facts = ModelFacts.of(compiled.file());
        OutputFile.write(out, stream -> compiled.file().message().writeTo(stream));
        print(compiled, facts);
        if (report) {
            PrintWriter print = spec.commandLine().getOut();
            WeightReport.print(in, arguments.options(), compiled, values, print);
            print.flush();
        }
        return 0;
    }

    private void print(Compiled compiled, ModelFacts facts) throws IOException {
        PrintWriter print = spec.commandLine().getOut();
        compiled.notes().forEach(print::println);
        List<String> bounded = arguments.boundedDims();
        for (ModelFacts.Symbol symbol : facts.symbols()) {
            if (symbol.name().equals(StreamAxis.POSITION) || symbol.name().equals(StreamAxis.MORE)) {
                continue; // not extents of the model
            }
            print.println("extent: " + symbol + (bounded.contains(symbol.name())
                    ? ""
                    : " (nobody said; --dim " + symbol.name() + "=N changes it)"));
        }
        for (Port input : facts.inputs()) {
            print.println("input: " + input);
        }
        for (Port output : facts.outputs()) {
            print.println("output: " + output);
        }
        print.println("wrote " + out + ": " + Sizes.bytes(Files.size(out)) + ", "
                + Sizes.of(facts.steps().size(), "step"));
        print.println("  weights " + Sizes.bytes(facts.weightBytes()) + ", arena " + Sizes.bytes(facts.arenaBytes())
                + " (at least " + Sizes.bytes(facts.arenaLowerBound()) + "), state " + Sizes.bytes(facts.stateBytes()));
        TextReport.printTraining(facts, print);
        print.flush();
    }
}
