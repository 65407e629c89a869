package dev.lanewise.runtime.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes a page with the curves of a training after each epoch and at its end: loss, the figures on the validation set,
 * learning rate, norm of the gradients. One HTML file that loads nothing, light or dark as the reader's system is.
 */
public final class TrainingPage implements TrainListener {

    private static final String HEAD = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>%s</title>
            <style>
            :root { color-scheme: light dark; --ink: #1c2733; --soft: #5b6b7a; --line: #d5dce3; --back: #ffffff;
              --c0: #1769aa; --c1: #b3400a; }
            @media (prefers-color-scheme: dark) { :root { --ink: #e6ebf0; --soft: #a3b1bf; --line: #3a4550;
              --back: #14191f; --c0: #6db6f2; --c1: #ffa066; } }
            body { margin: 1rem auto; padding: 0 .8rem; max-width: 60rem; background: var(--back); color: var(--ink);
              font: 16px/1.4 system-ui, sans-serif; }
            h1 { font-size: 1.3rem; overflow-wrap: anywhere; }
            .charts { display: grid; gap: 1rem; margin-bottom: 1rem;
              grid-template-columns: repeat(auto-fit, minmax(min(100%%, 24rem), 1fr)); }
            figure { margin: 0; } figcaption { font-weight: 600; }
            svg { width: 100%%; height: auto; display: block; } svg text { font-size: 13px; fill: var(--soft); }
            .grid { stroke: var(--line); } .axis { stroke: var(--soft); }
            polyline { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
            polyline.c0 { stroke: var(--c0); } polyline.c1 { stroke: var(--c1); }
            circle.c0, svg text.c0 { fill: var(--c0); } circle.c1, svg text.c1 { fill: var(--c1); }
            .table { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
            td, th { padding: .15rem .7rem; text-align: right; border-bottom: 1px solid var(--line); }
            </style></head><body>
            """;

    private final Path file;
    private final Series loss = new Series("training");
    private final Series validationLoss = new Series("validation");
    private final Series rate = new Series("learning rate");
    private final Series norm = new Series("norm of the gradients");
    private final Map<String, Series> metrics = new LinkedHashMap<>();
    private final List<EpochReport> epochs = new ArrayList<>();
    private String title = "";

    public TrainingPage(Path file) {
        this.file = file;
    }

    @Override
    public void onBegin(Trainer trainer, int most) {
        title = "Training of " + Paths.get(trainer.model().name()).getFileName();
    }

    @Override
    public void onStep(StepReport step) {
        loss.add(step.step(), step.loss());
        rate.add(step.step(), step.rate());
        norm.add(step.step(), step.gradientNorm());
    }

    @Override
    public void onEpoch(EpochReport epoch) {
        epochs.add(epoch);
        epoch.validation().forEach((name, value) -> {
            boolean isLoss = name.equals(Evaluation.LOSS);
            (isLoss ? validationLoss : metrics.computeIfAbsent(name, Series::new)).add(epoch.steps(), value);
        });
        write();
    }

    @Override
    public void onEnd() {
        write();
    }

    private void write() {
        try {
            Files.write(file, page().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String page() {
        StringBuilder page = new StringBuilder(String.format(Locale.ROOT, HEAD, Chart.escape(title)));
        page.append("<h1>").append(Chart.escape(title)).append("</h1>\n<div class=\"charts\">\n");
        page.append(new Chart("loss", validationLoss.size() == 0 ? List.of(loss) : List.of(loss, validationLoss))
                .svg("Loss"));
        metrics.forEach((name, curve) -> page.append(
                new Chart(name, List.of(curve)).svg("Validation: " + name)));
        page.append(new Chart("learning rate", List.of(rate)).svg("Learning rate"));
        if (norm.size() > 0) {
            page.append(new Chart("L2 norm", List.of(norm)).svg("Norm of the gradients, before clipping"));
        }
        page.append("</div>\n");
        table(page);
        return page.append("</body></html>\n").toString();
    }

    private void table(StringBuilder page) {
        page.append("<div class=\"table\"><table><tr><th>epoch</th><th>batches</th><th>training loss</th>");
        List<String> names = epochs.isEmpty() ? List.of() : List.copyOf(epochs.get(0).validation().keySet());
        names.forEach(name -> page.append("<th>validation ").append(Chart.escape(name)).append("</th>"));
        page.append("<th>padding, %</th><th>examples / s</th></tr>\n");
        for (EpochReport epoch : epochs) {
            page.append(String.format(
                    Locale.ROOT, "<tr><td>%d%s</td><td>%d</td><td>%.4f</td>", epoch.epoch(), epoch.best() ? " *" : "",
                    epoch.steps(), epoch.loss()));
            names.forEach(name -> page.append(
                    String.format(Locale.ROOT, "<td>%.4f</td>", epoch.validation().get(name))));
            page.append(String.format(
                    Locale.ROOT, "<td>%.1f</td><td>%.0f</td></tr>%n", 100 * epoch.padding(),
                            epoch.examplesPerSecond()));
        }
        page.append("</table></div>\n");
    }
}
