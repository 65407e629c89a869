package dev.lanewise.samples.evaluate;

import dev.lanewise.compiler.network.Network;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.runtime.train.Accuracy;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.EpochReport;
import dev.lanewise.runtime.train.FitOptions;
import dev.lanewise.runtime.train.ProgressBar;
import dev.lanewise.runtime.train.Schedule;
import dev.lanewise.runtime.train.Trainer;
import dev.lanewise.samples.Setting;
import dev.lanewise.samples.Training;
import dev.lanewise.samples.data.Scores;
import dev.lanewise.samples.data.Sequences;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.LinePlot;
import dev.lanewise.samples.page.Page;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;

/**
 * A classifier of sequences, trained anew for each fold of a data set without it, compiled to a {@code .lane}, and
 * judged by running that over the fold: inputs {@code x} and {@code lengths}, output {@code scores}.
 */
public final class CrossValidation {

    /** Into how many parts data are cut. */
    public static final int FOLDS = 5;

    private final Setting setting;
    private final String name;
    private final Function<Sequences, Network> maker;
    private final Batching batching;
    private final int epochs;
    private final double rate;
    private int parts;
    private Confusion confusion;
    private List<EpochReport> reports;
    private Network trained;

    /**
     * @param name of the model files
     * @param maker of the network for what it is to be trained on
     * @param rate the highest of the schedule
     */
    public CrossValidation(
            Setting setting, String name, Function<Sequences, Network> maker, Batching batching, int epochs,
            double rate) {
        this.setting = setting;
        this.name = name;
        this.maker = maker;
        this.batching = batching.seed(setting.seed());
        this.epochs = epochs;
        this.rate = rate;
    }

    /** Trains on so many random parts of each sequence, where there are few. */
    public CrossValidation onParts(int times) {
        parts = times;
        return this;
    }

    /** Holds out so many of the folds, one after the other. */
    public CrossValidation run(Sequences data, int folds) throws IOException {
        for (int fold = 0; fold < folds; fold++) {
            double share = run(data.without(fold, FOLDS), data.fold(fold, FOLDS));
            setting.say("%s, fold %d: %.1f %% of %d held-out sequences right", name, fold + 1, 100 * share,
                    data.fold(fold, FOLDS).size());
        }
        return this;
    }

    /** Trains on one set and gives the share of another that is then right. */
    public double run(Sequences train, Sequences held) throws IOException {
        Network network = maker.apply(train);
        Trainer trainer = Trainer.of(Training.model(name, network));
        FitOptions options = FitOptions.of(epochs, batching)
                .schedule(Schedule.oneCycle(rate))
                .validation(held.dataset()).metric(Accuracy.of("scores", "label"))
                .listener(ProgressBar.ofConsole());
        Sequences given = parts > 0 ? train.parts(parts, setting.seed()) : train;
        reports = trainer.fit(given.dataset(), options).epochs();
        trained = Training.trained(network, trainer);
        return judge(Training.saved(setting, trainer), held);
    }

    private double judge(Model model, Sequences held) {
        Confusion found = new Confusion(held.classes());
        Session session = model.newSession();
        for (int i = 0; i < held.size(); i++) {
            found.add(held.labels()[i], predicted(session, held.x()[i], held.channels()));
        }
        confusion = confusion == null ? found : confusion.plus(found);
        return found.accuracy();
    }

    /** The class of the highest score. */
    private static int predicted(Session session, float[] sequence, int channels) {
        Tensor x = session.input("x");
        x.setShape(1, sequence.length / channels, channels);
        x.set(sequence);
        Tensor lengths = session.input("lengths");
        lengths.setShape(1);
        lengths.ints()[lengths.offset()] = sequence.length / channels;
        session.run();
        return Scores.best(session.output("scores"))[0];
    }

    /** Share of all sequences that were held out and then right. */
    public double accuracy() {
        return confusion.accuracy();
    }

    /** How many sequences were held out. */
    public long judged() {
        return confusion.all();
    }

    /** The network with the weights of the last training. */
    public Network trained() {
        return trained;
    }

    /** Shows what was taken for what, and the last training: accuracy on the held-out part, and loss, by epoch. */
    public void show(Page page) {
        page.figure("What was taken for what", confusion.figure("is (class)", "is taken for (class)"));
        double[] epochs = Epochs.numbers(reports);
        page.figure("The last training", new LinePlot(Axis.linear("epoch", "number"),
                Axis.linear("accuracy; loss", "share; nats")).from(0, 1)
                .curve("accuracy, held out", epochs, Epochs.heldOut(reports, "accuracy"))
                .curve("loss, training", epochs, reports.stream().mapToDouble(EpochReport::loss).toArray()));
    }
}
