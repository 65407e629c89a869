package dev.lanewise.compiler.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

    /** Requires an exit code, and texts on the stream that goes with it: output for 0, errors otherwise. */
    static void assertSays(int exit, Shell shell, String... texts) {
        assertEquals(exit, shell.exit(), shell.toString());
        for (String text : texts) {
            assertTrue((exit == 0 ? shell.out() : shell.err()).contains(text), "no '" + text + "' in " + shell);
        }
        assertFalse(shell.err().contains("\tat "), "a stack trace: " + shell);
    }

    /** For the messages of assertions. */
    @Override
    public String toString() {
        return "exit " + exit + "\n" + out + err;
    }
}
