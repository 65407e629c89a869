package dev.lanewise.samples.sentiment;

import dev.lanewise.compiler.network.Network;
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
import dev.lanewise.samples.evaluate.Epochs;
import dev.lanewise.samples.evaluate.Influence;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.Check;
import dev.lanewise.samples.page.LinePlot;
import dev.lanewise.samples.page.Page;
import dev.lanewise.samples.page.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;

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
        Trainer trainer = Training.adamW(name, network);
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
        MovieReviews reviews = MovieReviews.of(setting.find("movie-reviews"), setting.seed());
        Vocabulary vocabulary = reviews.vocabulary();
        List<Labelled> sentences = reviews.train().stream().map(review -> review.coded(vocabulary)).toList();
        List<Labelled> held = reviews.test().stream().map(review -> review.coded(vocabulary)).toList();
        long[] seeds = LongStream.range(0, setting.quick() ? 1 : 3).map(i -> setting.seed() + i).toArray();
        setting.say("%s; %d words that occur twice or more", reviews.about(), vocabulary.size());
        Page page = setting.page("Praise or not", reviews.about(), seeds.length);
        Table table = new Table("Network", "Accuracy", "Between seeds", "Weights", "Training (s)",
                "Inference (µs)", "Influence of the end");
        LinePlot curves = new LinePlot(Axis.linear("epoch", "passes over the data"),
                Axis.linear("held-out accuracy", "share of sentences"));
        Influence influence = new Influence();
        Map<Classifiers, Model> weighing = new EnumMap<>(Classifiers.class);
        Map<Classifiers, Double> means = new EnumMap<>(Classifiers.class);
        for (Classifiers kind : Classifiers.values()) {
            setting.say("%s", kind.title);
            List<Trained> all = new ArrayList<>();
            for (long seed : seeds) {
                all.add(train(setting, kind, vocabulary, seed, sentences, held));
            }
            Trained first = all.get(0);
            var found = all.stream().mapToDouble(Trained::accuracy).summaryStatistics();
            double ends = influence.add(kind.title, first.model, held, kind.padded() ? MovieReviews.LONGEST : 0);
            double micros = 1e6 * Labelled.seconds(first.model, held.size(), i -> kind.fed(held.get(i)));
            table.row(kind.title, Axis.percent(found.getAverage()), Axis.percent(found.getMax() - found.getMin()),
                    Table.number("%,d", first.weights), Table.number("%.1f", first.seconds),
                    Table.number("%.0f", micros), Axis.percent(ends));
            Epochs.draw(curves, kind.title, first.epochs, "accuracy");
            if (kind.weighs()) {
                weighing.put(kind, first.model);
            }
            means.put(kind, found.getAverage());
        }
        page.section("Six networks, one task").text("Words become vectors of " + Classifiers.SIZE + " numbers, half of"
                + " which are dropped while training; then each network makes one vector of a sentence, and two scores"
                + " of that. Trained by AdamW, " + setting.epochs(5, 2) + " epochs in batches of " + Classifiers.BATCH
                + ". The accuracy is that of the compiled file on held-out sentences, the mean over the seeds; beside"
                + " it how far apart they are. The influence of a sentence's last fifth is explained below. Times are"
                + " those of the machine that made this page, on one thread, whatever else it did: training for the"
                + " first seed, inference of one sentence by itself (median).");
        page.figure("Accuracy and cost", table).figure("Accuracy by epoch, seed " + seeds[0], curves);
        AttentionWords.show(page, reviews, vocabulary, weighing);
        page.section("Who looks where").text("Each word in turn is replaced by the unknown one; how far that moves the"
                + " answer is its influence. Without a bias each tenth of a sentence has 10 %. A last state has seen"
                + " the end most recently; some of the lean is the critics' own, who keep their verdict for the end.");
        page.figure("Influence by place, seed " + seeds[0], influence.plot());
        page.check(Check.atLeast("held-out accuracy of the best network, mean over the seeds",
                Collections.max(means.values()), reviews.generated() ? 0.9 : setting.quick() ? 0.7 : 0.75));
        for (Classifiers kind : EnumSet.complementOf(EnumSet.of(Classifiers.PADDED, Classifiers.RNN))) {
            if (!setting.quick() && !reviews.generated()) {
                page.check(Check.atLeast(kind.title + ": points of accuracy above the padded network",
                        100 * (means.get(kind) - means.get(Classifiers.PADDED)), 1));
            }
        }
        return page;
    }
}
