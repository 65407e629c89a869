package dev.lanewise.samples.sentiment;

import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.train.Optimizer;
import dev.lanewise.compiler.train.TrainOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.train.Accuracy;
import dev.lanewise.runtime.train.EpochReport;
import dev.lanewise.runtime.train.FitOptions;
import dev.lanewise.runtime.train.ProgressBar;
import dev.lanewise.runtime.train.Schedule;
import dev.lanewise.runtime.train.Trainer;
import dev.lanewise.samples.Sample;
import dev.lanewise.samples.Setting;
import dev.lanewise.samples.Training;
import dev.lanewise.samples.data.Labelled;
import dev.lanewise.samples.data.MovieReviews;
import dev.lanewise.samples.data.Vocabulary;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.Check;
import dev.lanewise.samples.page.LinePlot;
import dev.lanewise.samples.page.Page;
import dev.lanewise.samples.page.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Praise or not: six networks for the same sentences, what they cost, and where they look. */
public final class Sentiment implements Sample {

    /** A trained model and what was seen: accuracy on held-out sentences by epoch, then of the file. */
    private record Trained(Model model, List<EpochReport> epochs, double accuracy, int weights, double seconds) {}

    @Override
    public String name() {
        return "sentiment";
    }

    @Override
    public String about() {
        return "film reviews: fully connected, TDNN, RNN, LSTM, attention and Transformer in one table";
    }

    private static Trained train(Setting setting, Classifiers kind, Vocabulary vocabulary, long seed,
            List<Labelled> sentences, List<Labelled> held) throws IOException {
        Network network = kind.network(vocabulary.size(), seed);
        String name = "sentiment-" + kind.name().toLowerCase(Locale.ROOT);
        Trainer trainer = Trainer.of(
                Training.model(name, network, TrainOptions.of("loss", Optimizer.adamW()).clipNorm(1)));
        List<EpochReport> epochs = trainer.fit(kind.dataset(sentences), FitOptions
                .of(setting.epochs(5, 2), kind.batching().seed(seed))
                .schedule(Schedule.oneCycle(0.003))
                .validation(kind.dataset(held))
                .metric(Accuracy.of("scores", "label"))
                .listener(ProgressBar.ofConsole())).epochs();
        Model model = Training.saved(setting, trainer);
        double accuracy = Labelled.accuracy(model, held.size(), i -> kind.fed(held.get(i)));
        double seconds = epochs.stream().mapToDouble(epoch -> sentences.size() / epoch.examplesPerSecond()).sum();
        setting.say("  seed %d: %.1f %% of held-out sentences, trained in %.1f s", seed, 100 * accuracy, seconds);
        return new Trained(model, epochs, accuracy, Training.weights(network), seconds);
    }

    @Override
    public Page run(Setting setting) throws IOException {
        MovieReviews reviews = setting.find("movie-reviews").map(MovieReviews::read)
                .orElseGet(() -> MovieReviews.generated(setting.seed()));
        Vocabulary vocabulary = reviews.vocabulary();
        List<Labelled> sentences = reviews.train().stream().map(review -> review.coded(vocabulary)).toList();
        List<Labelled> held = reviews.test().stream().map(review -> review.coded(vocabulary)).toList();
        long[] seeds = IntStream.range(0, setting.quick() ? 1 : 3).mapToLong(i -> setting.seed() + i).toArray();
        setting.say("%s; %d words that occur twice or more", reviews.about(), vocabulary.size());
        String which = setting.quick() ? "Seed " + seeds[0] + ", quick" : "Seeds " + seeds[0] + " to " + seeds[2];
        Page page = new Page("Praise or not", which + ". Data: " + reviews.about() + ".");
        Table table = new Table("Network", "Accuracy", "Between seeds", "Weights", "Training (s)",
                "Inference (µs)", "Influence of the end");
        double[] epochs = IntStream.rangeClosed(1, setting.epochs(5, 2)).mapToDouble(i -> i).toArray();
        LinePlot curves = new LinePlot(Axis.linear("epoch", "passes over the data"),
                Axis.linear("held-out accuracy", "share of sentences")).ticks(epochs);
        LinePlot places = new LinePlot(Axis.linear("place in the sentence", "% of its words"),
                Axis.linear("influence", "share of the sentence's"));
        double[] across = IntStream.range(0, Influence.PARTS).mapToDouble(i -> 10 * i + 5).toArray();
        double[] means = new double[Classifiers.values().length];
        List<Model> shown = new ArrayList<>();
        for (Classifiers kind : Classifiers.values()) {
            setting.say("%s", kind.title);
            List<Trained> all = new ArrayList<>();
            for (long seed : seeds) {
                all.add(train(setting, kind, vocabulary, seed, sentences, held));
            }
            Trained first = all.get(0);
            double[] found = all.stream().mapToDouble(Trained::accuracy).sorted().toArray();
            means[kind.ordinal()] = Arrays.stream(found).average().orElseThrow();
            double[] influence = Influence.byPlace(first.model, held, kind.padded() ? MovieReviews.LONGEST : 0);
            double micros = 1e6 * Labelled.seconds(first.model, held.size(), i -> kind.fed(held.get(i)));
            table.row(kind.title, Axis.percent(means[kind.ordinal()]),
                    Axis.percent(found[found.length - 1] - found[0]), String.format(Locale.ROOT, "%,d", first.weights),
                    String.format(Locale.ROOT, "%.1f", first.seconds),
                    String.format(Locale.ROOT, "%.0f", micros),
                    Axis.percent(influence[Influence.PARTS - 2] + influence[Influence.PARTS - 1]));
            places.curve(kind.title, across, influence);
            curves.curve(kind.title, epochs,
                    first.epochs.stream().mapToDouble(epoch -> epoch.validation().get("accuracy")).toArray());
            shown.add(first.model);
        }
        page.section("Six networks, one task").text("Words become vectors of " + Classifiers.SIZE + " numbers, half of"
                + " which are dropped while training; then each network makes one vector of a sentence, and two scores"
                + " of that. Trained by AdamW, " + setting.epochs(5, 2) + " epochs in batches of " + Classifiers.BATCH
                + ". The accuracy is that of the compiled file on held-out sentences, the mean over the seeds; beside"
                + " it how far apart they are. The influence of a sentence's last fifth is explained below. Times are"
                + " those of the machine that made this page, on one thread, whatever else it did: training for the"
                + " first seed, inference of one sentence by itself (median).");
        page.figure("Accuracy and cost", table).figure("Accuracy by epoch, seed " + seeds[0], curves);
        AttentionWords.show(page, reviews, vocabulary, shown);
        page.section("Who looks where").text("Each word in turn is replaced by the unknown one; how far that moves the"
                + " answer is its influence. Without a bias each tenth of a sentence has 10 %. A last state has seen"
                + " the end most recently; some of the lean is the critics' own, who keep their verdict for the end.");
        page.figure("Influence by place, seed " + seeds[0],
                places.from(0, 0).reference("no bias", new double[] {5, 95}, new double[] {0.1, 0.1}));
        promise(page, reviews, setting, means);
        return page;
    }

    private static void promise(Page page, MovieReviews reviews, Setting setting, double[] means) {
        double best = Arrays.stream(means).max().orElseThrow();
        page.check(Check.atLeast("held-out accuracy of the best network, mean over the seeds", best,
                reviews.generated() ? 0.9 : setting.quick() ? 0.7 : 0.75));
        double padded = means[Classifiers.PADDED.ordinal()];
        for (Classifiers kind : Classifiers.values()) {
            boolean above = kind == Classifiers.TDNN || kind == Classifiers.LSTM || kind.weighs();
            if (above && !setting.quick() && !reviews.generated()) {
                page.check(Check.atLeast(kind.title + ": points of accuracy above the padded network",
                        100 * (means[kind.ordinal()] - padded), 1));
            }
        }
    }
}
