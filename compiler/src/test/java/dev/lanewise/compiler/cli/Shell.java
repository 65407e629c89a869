package dev.lanewise.compiler.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import picocli.CommandLine;

/** Runs the command line in this process and keeps what it printed. */
record Shell(int exit, String out, String err) {

    /** Runs a command; arguments are their texts. */
    static Shell run(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine =
                Lanewise.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        int exit = commandLine.execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
        return new Shell(exit, out.toString(), err.toString());
    }

    /** For the messages of assertions. */
    @Override
    public String toString() {
        return "exit " + exit + "\n" + out + err;
    }
}
