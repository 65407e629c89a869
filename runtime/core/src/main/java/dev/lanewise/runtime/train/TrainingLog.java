package dev.lanewise.runtime.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * Writes what happens as JSON Lines: an object for a step, of which every so many are written, and for each epoch.
 * Training that goes on from a checkpoint appends. Numbers that are not finite are {@code null}, as JSON has none.
 *
 * <pre>{@code
 * {"event":"step","epoch":1,"step":10,"loss":0.69,"learning_rate":0.001,"gradient_norm":1.25}
 * {"event":"epoch","epoch":1,"step":100,"loss":0.52,"validation":{"loss":0.48,"accuracy":0.81},"best":true,...}
 * }</pre>
 */
public final class TrainingLog implements TrainListener {

    private final Path file;
    private final int every;
    private Writer out;

    /** @param every steps between those that are written */
    public TrainingLog(Path file, int every) {
        this.file = file;
        this.every = every;
    }

    @Override
    public void onBegin(Trainer trainer, int epochs) {
        try {
            out = Files.newBufferedWriter(
                    file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void onStep(StepReport step) {
        if (step.step() % every == 0) {
            write("{\"event\":\"step\",\"epoch\":" + step.epoch() + ",\"step\":" + step.step() + ",\"loss\":"
                    + number(step.loss()) + ",\"learning_rate\":" + number(step.rate()) + ",\"gradient_norm\":"
                    + number(step.gradientNorm()) + "}\n");
        }
    }

    @Override
    public void onEpoch(EpochReport epoch) {
        StringBuilder figures = new StringBuilder();
        for (Map.Entry<String, Double> figure : epoch.validation().entrySet()) {
            figures.append(figures.length() == 0 ? "" : ",").append(quoted(figure.getKey())).append(':')
                    .append(number(figure.getValue()));
        }
        write("{\"event\":\"epoch\",\"epoch\":" + epoch.epoch() + ",\"step\":" + epoch.steps() + ",\"loss\":"
                + number(epoch.loss()) + ",\"validation\":{" + figures + "},\"best\":" + epoch.best() + ",\"padding\":"
                + number(epoch.padding()) + ",\"examples_per_second\":" + number(epoch.examplesPerSecond()) + "}\n");
    }

    private void write(String line) {
        try {
            out.write(line);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void onEnd() {
        try {
            if (out != null) {
                out.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String number(double value) {
        return Double.isFinite(value) ? Float.toString((float) value) : "null";
    }

    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
