package dev.lanewise.runtime.train;

import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;

/**
 * Shows people how far training is: on a terminal one line that is written over, else, where a file or a pipe reads it,
 * a line for each epoch. A step redraws at most ten times a second.
 */
public final class ProgressBar implements TrainListener {

    private static final int LEAST_COLUMNS = 40;
    private static final long REDRAW_NANOS = 100_000_000;

    private final PrintStream out;
    private final boolean terminal;
    private final int columns;
    private int epochs;
    private long drawn;
    private int width;

    private ProgressBar(PrintStream out, boolean terminal, int columns) {
        this.out = out;
        this.terminal = terminal;
        this.columns = Math.max(LEAST_COLUMNS, columns);
    }

    /** On standard error, as wide as {@code COLUMNS} says, or 40. */
    public static ProgressBar ofConsole() {
        String columns = System.getenv("COLUMNS");
        int width = LEAST_COLUMNS;
        try {
            width = columns == null ? LEAST_COLUMNS : Integer.parseInt(columns);
        } catch (NumberFormatException e) {
            // as if it were not set
        }
        return of(System.err, isTerminal(), width);
    }

    /**
     * @param terminal whether a line may be written over
     * @param columns of the terminal; 40 at least
     */
    public static ProgressBar of(PrintStream out, boolean terminal, int columns) {
        return new ProgressBar(out, terminal, columns);
    }

    /** From Java 22 on there may be a console that is no terminal, and a method that says so. */
    private static boolean isTerminal() {
        if (System.console() == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(System.console());
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    @Override
    public void onBegin(Trainer trainer, int newEpochs) {
        epochs = newEpochs;
    }

    @Override
    public void onStep(StepReport step) {
        long now = System.nanoTime();
        if (terminal && (now - drawn > REDRAW_NANOS || step.batch() == step.batches())) {
            drawn = now;
            draw(step);
        }
    }

    private void draw(StepReport step) {
        String left = "epoch " + step.epoch() + "/" + epochs + " ";
        String right = " " + step.batch() + "/" + step.batches() + " " + number(step.loss());
        int room = columns - 1 - left.length() - right.length() - 2; // the last column would wrap
        StringBuilder line = new StringBuilder(left);
        if (room >= 4) {
            int full = (int) ((long) room * step.batch() / step.batches());
            line.append('[').append("#".repeat(full)).append(" ".repeat(room - full)).append(']');
        }
        line.append(right);
        if (line.length() > columns - 1) {
            line.setLength(columns - 1);
        }
        width = line.length();
        out.print("\r" + line);
        out.flush();
    }

    @Override
    public void onEpoch(EpochReport epoch) {
        String begin = "epoch " + epoch.epoch() + "/" + epochs + " loss " + number(epoch.loss());
        StringBuilder line = new StringBuilder(begin);
        for (Map.Entry<String, Double> figure : epoch.validation().entrySet()) {
            String name = figure.getKey().equals(Evaluation.LOSS) ? "val" : figure.getKey();
            line.append(' ').append(name).append(' ').append(number(figure.getValue()));
        }
        line.append(epoch.best() ? " *" : "");
        clear();
        wrap(line.toString());
    }

    private void clear() {
        if (terminal && width > 0) {
            out.print("\r" + " ".repeat(width) + "\r");
            width = 0;
        }
    }

    /** Breaks at blanks, so that a narrow terminal does not break within a word. */
    private void wrap(String text) {
        String rest = text;
        while (terminal && rest.length() >= columns) {
            int at = rest.lastIndexOf(' ', columns - 1);
            out.println(rest.substring(0, at));
            rest = "  " + rest.substring(at + 1);
        }
        out.println(rest);
        out.flush();
    }

    @Override
    public void onEnd() {
        if (terminal && width > 0) {
            out.println();
        }
    }

    private static String number(double value) {
        return value != 0 && Math.abs(value) < 1e-3
                ? String.format(Locale.ROOT, "%.2e", value)
                : String.format(Locale.ROOT, "%.4f", value);
    }
}
