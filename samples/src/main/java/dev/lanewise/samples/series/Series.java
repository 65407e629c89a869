package dev.lanewise.samples.series;

import dev.lanewise.samples.Sample;
import dev.lanewise.samples.Setting;
import dev.lanewise.samples.data.DatedValues;
import dev.lanewise.samples.data.Sequences;
import dev.lanewise.samples.data.TimeSeriesFile;
import dev.lanewise.samples.evaluate.CrossValidation;
import dev.lanewise.samples.forecasting.Forecasts;
import dev.lanewise.samples.page.Check;
import dev.lanewise.samples.page.LinePlot;
import dev.lanewise.samples.page.Page;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Series of numbers: who or what one is from, and how one goes on. */
public final class Series implements Sample {

    private static final double RATE = 0.008;

    @Override
    public String name() {
        return "series";
    }

    @Override
    public String about() {
        return "who speaks, who walks: series with several channels classified; two forecast with intervals";
    }

    @Override
    public Page run(Setting setting) throws IOException {
        Optional<Path> series = setting.find("time-series");
        Optional<Path> forecasting = setting.find("forecasting");
        Page page = setting.page("Series", (series.isPresent() ? "UEA archive, train parts" : "generated") + "; "
                + (forecasting.isPresent() ? "airline passengers, daily lowest temperatures" : "generated"));
        long seed = setting.seed();
        classify(setting, page, TimeSeriesFile.voices(series, seed), setting.epochs(40, 25), 0);
        classify(setting, page, TimeSeriesFile.motions(series, seed), setting.epochs(30, 15), 8);
        Forecasts.months(setting, page, DatedValues.months(forecasting, seed), setting.epochs(30, 30));
        Forecasts.days(setting, page, DatedValues.days(forecasting, seed), setting.epochs(60, 30));
        return page;
    }

    private void classify(Setting setting, Page page, Sequences data, int epochs, int parts) throws IOException {
        CrossValidation found = new CrossValidation(setting, "series-" + data.title().replace(' ', '-'),
                train -> SeriesClassifier.network(train, data.longest(), setting.seed()),
                SeriesClassifier.batching(data.size(), data.classes().size()), epochs, RATE)
                .onParts(parts)
                .run(data, setting.quick() ? 1 : CrossValidation.FOLDS);
        page.section(data.title()).text(data.size() + " series of " + data.channels() + " channels and up to "
                + data.longest() + " steps, of " + data.classes().size() + " classes. An LSTM of "
                + SeriesClassifier.UNITS + " units in each direction, its outputs' mean over time, scores; " + epochs
                + " epochs" + (parts > 0 ? " of " + parts + " random parts of each series" : "") + ". Each series is"
                + " held out once where all folds are run; here " + found.judged() + " were.");
        found.show(page);
        page.figure("One of them, class " + data.classes().get(data.labels()[0]),
                LinePlot.ofChannels(data.x()[0], data.channels(), 3));
        page.check(Check.atLeast(data.title() + ": held-out series that are right", found.accuracy(),
                setting.quick() ? 0.75 : 0.95));
    }
}
