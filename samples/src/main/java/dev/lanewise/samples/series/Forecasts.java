package dev.lanewise.samples.series;

import dev.lanewise.runtime.State;
import dev.lanewise.samples.Setting;
import dev.lanewise.samples.data.DatedValues;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.Check;
import dev.lanewise.samples.page.LinePlot;
import dev.lanewise.samples.page.Page;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/** Two forecasts with intervals: two years of months by many drawn futures, each day of a year by the one before. */
final class Forecasts {

    private static final double IN_90_PERCENT = 1.645;
    private static final int YEAR = 12;
    private static final int FUTURES = 200;

    private Forecasts() {}

    /** Each future goes on from a copy of one state, and reads what it drew itself. */
    static void months(Setting setting, Page page, DatedValues series, int epochs) throws IOException {
        double[] y = series.values();
        int known = y.length - 2 * YEAR;
        double[] growth = IntStream.range(YEAR, y.length).mapToDouble(i -> Math.log(y[i] / y[i - YEAR])).toArray();
        double middle = Arrays.stream(growth, 0, known - YEAR).average().orElseThrow();
        double spread = Math.sqrt(Arrays.stream(growth, 0, known - YEAR).map(g -> (g - middle) * (g - middle))
                .average().orElseThrow());
        float[][] x = new float[known - YEAR][];
        Arrays.setAll(x, i -> new float[] {(float) ((growth[i] - middle) / spread)});
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
                futures[month][f] = before * Math.exp(drawn * spread + middle);
                normal = forecaster.read(state, (float) drawn);
            }
        }
        double[] when = IntStream.range(known, y.length).mapToDouble(i -> i).toArray();
        double[] truth = Arrays.copyOfRange(y, known, y.length);
        double[] lastYear = IntStream.range(0, truth.length).mapToDouble(i -> y[known - YEAR + i % YEAR]).toArray();
        double[] median = each(futures, 0.5);
        double[] low = each(futures, 0.05);
        double[] high = each(futures, 0.95);
        page.section("Two years ahead: " + series.title()).text("The growth of each month over the year before is"
                + " what an LSTM of 12 units reads and forecasts, as a normal distribution. " + FUTURES + " futures are"
                + " drawn from it: copies of one state, each of which reads what it drew. The last " + truth.length
                + " months were not trained on. Month 0 is " + series.dates().get(0) + ".");
        page.figure("Forecast, and what came", new LinePlot(Axis.linear("month", "number"),
                Axis.linear("value", series.title().startsWith("airline") ? "1000 passengers" : "units"))
                .curve("what came", IntStream.range(known - 4 * YEAR, y.length).asDoubleStream().toArray(),
                        Arrays.copyOfRange(y, known - 4 * YEAR, y.length))
                .curve("forecast, median", when, median)
                .reference("the last known year again", when, lastYear)
                .band("90 % of the futures", when, low, high));
        check(setting, page, "months", series, error(median, truth, truth), error(lastYear, truth, truth),
                inside(truth, low, high), 0.7);
    }

    /** Each day's distribution follows from all days before it. */
    static void days(Setting setting, Page page, DatedValues series, int epochs) throws IOException {
        double[] y = series.values();
        int known = y.length - 365;
        double middle = Arrays.stream(y, 0, known).average().orElseThrow();
        double spread = Math.sqrt(
                Arrays.stream(y, 0, known).map(v -> (v - middle) * (v - middle)).average().orElseThrow());
        float[][] x = new float[y.length][];
        Arrays.setAll(x, i -> new float[] {(float) ((y[i] - middle) / spread),
            (float) Math.sin(2 * Math.PI * i / 365.25), (float) Math.cos(2 * Math.PI * i / 365.25)});
        Forecaster forecaster = new Forecaster(16);
        forecaster.train(setting, "series-days", Arrays.copyOf(x, known), 60, 20, epochs);
        State state = forecaster.begin();
        double[] mean = new double[365];
        double[] deviation = new double[365];
        for (int i = 0; i < y.length - 1; i++) {
            double[] next = forecaster.read(state, x[i]);
            if (i + 1 >= known) {
                mean[i + 1 - known] = next[0] * spread + middle;
                deviation[i + 1 - known] = next[1] * spread;
            }
        }
        double[] truth = Arrays.copyOfRange(y, known, y.length);
        double[] low = IntStream.range(0, 365).mapToDouble(i -> mean[i] - IN_90_PERCENT * deviation[i]).toArray();
        double[] high = IntStream.range(0, 365).mapToDouble(i -> mean[i] + IN_90_PERCENT * deviation[i]).toArray();
        double[] first = IntStream.range(0, 90).asDoubleStream().toArray();
        page.section("A day ahead: " + series.title()).text("An LSTM of 16 units reads each day's value and the season,"
                + " and forecasts the next day's; the last 365 days were not trained on. Shown are the first 90 of"
                + " them; day 0 is " + series.dates().get(known) + ".");
        page.figure("Forecast of the day before, and what came", new LinePlot(Axis.linear("day", "number"),
                Axis.linear("lowest temperature", "°C"))
                .curve("what came", first, Arrays.copyOf(truth, 90))
                .curve("forecast, mean", first, Arrays.copyOf(mean, 90))
                .band("90 % interval", first, Arrays.copyOf(low, 90), Arrays.copyOf(high, 90)));
        double[] ones = new double[365];
        Arrays.fill(ones, 1);
        check(setting, page, "days", series, error(mean, truth, ones),
                error(Arrays.copyOfRange(y, known - 1, y.length - 1), truth, ones), inside(truth, low, high), 0.8);
    }

    private static void check(Setting setting, Page page, String what, DatedValues series, double error, double naive,
            double inside, double least) {
        setting.say("%s: error %.4f, %.4f without a network; %.1f %% within the interval of 90 %%", series.title(),
                error, naive, 100 * inside);
        page.check(Check.atMost(what + ": mean error, as a part of that of repeating the last known", error / naive,
                0.95));
        page.check(Check.between(what + ": share within the interval of 90 %", inside, least, 1));
    }

    private static double[] each(double[][] futures, double share) {
        return Arrays.stream(futures).mapToDouble(month -> Forecaster.quantile(share, month)).toArray();
    }

    /** Mean of absolute differences, in parts of a scale. */
    private static double error(double[] found, double[] truth, double[] scale) {
        return IntStream.range(0, truth.length).mapToDouble(i -> Math.abs(found[i] - truth[i]) / scale[i]).average()
                .orElseThrow();
    }

    private static double inside(double[] truth, double[] low, double[] high) {
        return IntStream.range(0, truth.length).filter(i -> truth[i] >= low[i] && truth[i] <= high[i]).count()
                / (double) truth.length;
    }
}
