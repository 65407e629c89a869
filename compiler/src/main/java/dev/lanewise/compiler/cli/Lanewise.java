package dev.lanewise.compiler.cli;

import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The entry point of the command line. */
@Command(
        name = "lanewise",
        mixinStandardHelpOptions = true,
        version = "lanewise 0.1.0-SNAPSHOT",
        description = "Compiles neural networks and runs them in pure Java.",
        footer = {
            "",
            "Example:",
            "  lanewise compile model.onnx -o model.lane",
            "  lanewise run model.lane --input x=x.npy"
        },
        subcommands = {
            CompileCommand.class,
            RunCommand.class,
            TrainCommand.class,
            InspectCommand.class,
            CheckCommand.class,
            DiffCommand.class,
            ExportCommand.class,
            AotCommand.class,
            DoctorCommand.class,
            DemoCommand.class
        })
public final class Lanewise implements Runnable {

    /** The library's log; held so that its level stays. */
    private static final Logger LOG = Logger.getLogger("dev.lanewise");

    @Spec private CommandSpec spec;

    private boolean verbose;

    private Lanewise() {}

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Show the log, and where errors come from.")
    private void setVerbose(boolean on) {
        verbose = on;
        LOG.setLevel(on ? Level.INFO : Level.WARNING);
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** The whole command line, ready to parse arguments. */
    static CommandLine commandLine() {
        Lanewise root = new Lanewise();
        LOG.setLevel(Level.WARNING);
        CommandLine commandLine = new CommandLine(root);
        HelpWidth.set(commandLine, System.getenv("COLUMNS"));
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setExecutionExceptionHandler((error, command, parsed) -> {
            Failure.print(error, command.getErr(), root.verbose);
            return Failure.EXIT_CODE;
        });
        commandLine.setParameterExceptionHandler((error, arguments) -> {
            CommandLine command = error.getCommandLine();
            String name = command.getCommandSpec().qualifiedName();
            command.getErr().println("lanewise: " + error.getMessage() + "\nSee " + name + " --help");
            command.getErr().flush();
            return command.getCommandSpec().exitCodeOnInvalidInput();
        });
        return commandLine;
    }

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }
}
