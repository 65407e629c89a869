package dev.lanewise.samples.forecasting;

import dev.lanewise.runtime.State;
import dev.lanewise.samples.Setting;
import dev.lanewise.samples.data.DatedValues;
import dev.lanewise.samples.data.Scale;
import dev.lanewise.samples.evaluate.Forecast;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.Check;
import dev.lanewise.samples.page.LinePlot;
import dev.lanewise.samples.page.Page;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/** Two forecasts with intervals: two years of months by many drawn futures, each day of a year by the one before. */
public final class Forecasts {

    private static final int YEAR = 12;
    private static final int FUTURES = 200;
    private static final int DAYS = 365;
    private static final int SHOWN = 90;

    private Forecasts() {}

    /** Each future goes on from a copy of one state, and reads what it drew itself. */
    public static void months(Setting setting, Page page, DatedValues series, int epochs) throws IOException {
        double[] y = series.values();
        int known = y.length - 2 * YEAR;
        double[] growth = IntStream.range(YEAR, y.length).mapToDouble(i -> Math.log(y[i] / y[i - YEAR])).toArray();
        Scale scale = Scale.of(growth, known - YEAR);
        float[][] x = new float[known - YEAR][];
        Arrays.setAll(x, i -> new float[] {scale.in(growth[i])});
        Forecaster forecaster = new Forecaster(12);
        forecaster.train(setting, "series-months", x, 24, 1, epochs);
        State now = forecaster.begin();
        double[] next = {};
        for (float[] step : x) {
            next = forecaster.read(now, step);
        }
        Random random = new Random(setting.seed());
        double[][] futures = new double[2 * YEAR][FUTURES];
        for (int f = 0; f < FUTURES; f++) {
            State state = now.copy();
            double[] normal = next;
            for (int month = 0; month < futures.length; month++) {
                double drawn = normal[0] + normal[1] * random.nextGaussian();
                double before = month < YEAR ? y[known + month - YEAR] : futures[month - YEAR][f];
                futures[month][f] = before * Math.exp(scale.out(drawn));
                normal = forecaster.read(state, (float) drawn);
            }
        }
        Forecast forecast = Forecast.ofFutures(futures);
        double[] truth = Arrays.copyOfRange(y, known, y.length);
        double[] lastYear = IntStream.range(0, truth.length).mapToDouble(i -> y[known - YEAR + i % YEAR]).toArray();
        double[] when = IntStream.range(known, y.length).asDoubleStream().toArray();
        page.section("Two years ahead: " + series.title()).text("The growth of each month over the year before is"
                + " what an LSTM of 12 units reads and forecasts, as a normal distribution. " + FUTURES + " futures are"
                + " drawn from it: copies of one state, each of which reads what it drew. The last " + truth.length
                + " months were not trained on. Month 0 is " + series.dates().get(0) + ".");
        page.figure("Forecast, and what came", new LinePlot(Axis.linear("month", "number"),
                Axis.linear("value", series.title().startsWith("airline") ? "1000 passengers" : "units"))
                .curve("what came", IntStream.range(known - 4 * YEAR, y.length).asDoubleStream().toArray(),
                        Arrays.copyOfRange(y, known - 4 * YEAR, y.length))
                .curve("forecast, median", when, forecast.middle())
                .reference("the last known year again", when, lastYear)
                .band("90 % of the futures", when, forecast.low(), forecast.high()));
        check(setting, page, "months", series, forecast, truth, lastYear, truth, 0.7);
    }

    /** Each day's distribution follows from all days before it. */
    public static void days(Setting setting, Page page, DatedValues series, int epochs) throws IOException {
        double[] y = series.values();
        int known = y.length - DAYS;
        Scale scale = Scale.of(y, known);
        float[][] x = new float[y.length][];
        Arrays.setAll(x, i -> new float[] {scale.in(y[i]),
            (float) Math.sin(2 * Math.PI * i / 365.25), (float) Math.cos(2 * Math.PI * i / 365.25)});
        Forecaster forecaster = new Forecaster(16);
        forecaster.train(setting, "series-days", Arrays.copyOf(x, known), 60, 20, epochs);
        State state = forecaster.begin();
        double[] mean = new double[DAYS];
        double[] deviation = new double[DAYS];
        for (int i = 0; i < y.length - 1; i++) {
            double[] next = forecaster.read(state, x[i]);
            if (i + 1 >= known) {
                mean[i + 1 - known] = scale.out(next[0]);
                deviation[i + 1 - known] = next[1] * scale.deviation();
            }
        }
        Forecast forecast = Forecast.ofNormal(mean, deviation);
        Forecast shown = forecast.first(SHOWN);
        double[] truth = Arrays.copyOfRange(y, known, y.length);
        double[] when = IntStream.range(0, SHOWN).asDoubleStream().toArray();
        page.section("A day ahead: " + series.title()).text("An LSTM of 16 units reads each day's value and the season,"
                + " and forecasts the next day's; the last 365 days were not trained on. Shown are the first 90 of"
                + " them; day 0 is " + series.dates().get(known) + ".");
        page.figure("Forecast of the day before, and what came", new LinePlot(Axis.linear("day", "number"),
                Axis.linear("lowest temperature", "°C"))
                .curve("what came", when, Arrays.copyOf(truth, SHOWN))
                .curve("forecast, mean", when, shown.middle())
                .band("90 % interval", when, shown.low(), shown.high()));
        double[] ones = new double[DAYS];
        Arrays.fill(ones, 1);
        double[] dayBefore = Arrays.copyOfRange(y, known - 1, y.length - 1);
        check(setting, page, "days", series, forecast, truth, dayBefore, ones, 0.8);
    }

    /** Its mean error, in parts of a scale, against that of repeating what is known; and how much lies inside. */
    private static void check(Setting setting, Page page, String what, DatedValues series, Forecast forecast,
            double[] truth, double[] repeated, double[] scale, double least) {
        double error = Forecast.error(forecast.middle(), truth, scale);
        double naive = Forecast.error(repeated, truth, scale);
        double inside = forecast.inside(truth);
        setting.say("%s: error %.4f, %.4f without a network; %.1f %% within the interval of 90 %%", series.title(),
                error, naive, 100 * inside);
        page.check(Check.atMost(what + ": mean error, as a part of that of repeating the last known", error / naive,
                0.95));
        page.check(Check.between(what + ": share within the interval of 90 %", inside, least, 1));
    }
}
