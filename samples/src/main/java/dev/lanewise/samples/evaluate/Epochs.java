package dev.lanewise.samples.evaluate;

import dev.lanewise.runtime.train.EpochReport;
import dev.lanewise.samples.page.LinePlot;
import java.util.List;

/** What a training reported after each of its epochs, for plots. */
public final class Epochs {

    private Epochs() {}

    /** Their numbers, from 1: (epochs). */
    public static double[] numbers(List<EpochReport> reports) {
        return reports.stream().mapToDouble(EpochReport::epoch).toArray();
    }

    /** Draws a metric of what was held out, with a tick for each epoch. */
    public static void draw(LinePlot plot, String name, List<EpochReport> reports, String metric) {
        plot.ticks(numbers(reports)).curve(name, numbers(reports), heldOut(reports, metric));
    }

    /** A metric, or the loss, on what was held out: (epochs). */
    public static double[] heldOut(List<EpochReport> reports, String metric) {
        return reports.stream().mapToDouble(report -> report.validation().get(metric)).toArray();
    }
}
