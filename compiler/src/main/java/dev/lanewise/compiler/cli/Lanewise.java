package dev.lanewise.compiler.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Spec;

/** The entry point of the command line. */
@Command(
        name = "lanewise",
        mixinStandardHelpOptions = true,
        version = "lanewise 0.1.0-SNAPSHOT",
        description = "Compiles neural networks and runs them in pure Java.")
public final class Lanewise implements Runnable {

    @Spec private CommandLine.Model.CommandSpec spec;

    private Lanewise() {}

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new Lanewise()).execute(args));
    }
}
