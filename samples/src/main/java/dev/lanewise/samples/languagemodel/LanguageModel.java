package dev.lanewise.samples.languagemodel;

import dev.lanewise.compiler.network.Network;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.EpochReport;
import dev.lanewise.runtime.train.FitOptions;
import dev.lanewise.runtime.train.Perplexity;
import dev.lanewise.runtime.train.ProgressBar;
import dev.lanewise.runtime.train.Schedule;
import dev.lanewise.runtime.train.Trainer;
import dev.lanewise.runtime.train.Windows;
import dev.lanewise.samples.NextSymbol;
import dev.lanewise.samples.Sample;
import dev.lanewise.samples.Setting;
import dev.lanewise.samples.Training;
import dev.lanewise.samples.data.PlainText;
import dev.lanewise.samples.evaluate.Epochs;
import dev.lanewise.samples.evaluate.Writings;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.Check;
import dev.lanewise.samples.page.LinePlot;
import dev.lanewise.samples.page.Page;
import dev.lanewise.samples.page.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/** Which character comes next: RNN, LSTM and a Transformer that keeps keys and values, and what they write. */
public final class LanguageModel implements Sample {

    /** What was trained, as a model that takes a character. */
    private record Trained(NextSymbol model, List<EpochReport> epochs, int weights, double seconds) {}

    @Override
    public String name() {
        return "language-model";
    }

    @Override
    public String about() {
        return "Shakespeare by character: RNN, LSTM, Transformer with a cache; temperature and top-p";
    }

    private static Trained train(Setting setting, CharacterModels kind, PlainText text) throws IOException {
        int characters = text.characters().size();
        Network network = kind.trained(characters, setting.seed());
        String name = "language-model-" + kind.name().toLowerCase(Locale.ROOT);
        Trainer trainer = Training.adamW(name, network);
        Batching batching = Batching.of(CharacterModels.BATCH).labels("next", characters);
        FitOptions options = FitOptions
                .of(setting.epochs(5, 2), kind.carries() ? batching.inOrder() : batching.seed(setting.seed()))
                .schedule(Schedule.oneCycle(kind.carries() ? 0.004 : 0.003))
                .validation(windows(kind, text.held()))
                .metric(Perplexity.of("loss", "next"))
                .listener(ProgressBar.ofConsole());
        long begin = System.nanoTime();
        List<EpochReport> epochs =
                trainer.fit(windows(kind, text.train()), kind.carries() ? options.carryState() : options).epochs();
        double seconds = (System.nanoTime() - begin) * 1e-9;
        Network used = kind.step(Training.trained(network, trainer), characters);
        NextSymbol model = new NextSymbol(
                Training.saved(setting, name, used), kind.carries() ? 0 : kind.window);
        return new Trained(model, epochs, Training.weights(network), seconds);
    }

    private static Windows windows(CharacterModels kind, int[] ids) {
        return new Windows("symbols", "next", ids, CharacterModels.BATCH, kind.window);
    }

    @Override
    public Page run(Setting setting) throws IOException {
        PlainText text = setting.find("tinyshakespeare").map(folder -> PlainText.read(folder, setting.quick()))
                .orElseGet(() -> PlainText.generated(setting.seed()));
        setting.say("%s", text.about());
        Page page = setting.page("Which character comes next", text.about());
        Table table = new Table("Network", "Nats a character", "Perplexity", "Weights", "Training (s)",
                "A character (µs)");
        LinePlot curves = new LinePlot(Axis.linear("trained on", "million characters"),
                Axis.linear("held-out perplexity", "characters"));
        List<NextSymbol> all = new ArrayList<>();
        for (CharacterModels kind : CharacterModels.values()) {
            setting.say("%s", kind.title);
            Trained trained = train(setting, kind, text);
            all.add(trained.model);
            long begin = System.nanoTime();
            double nats = trained.model.nats(text.held());
            double micros = (System.nanoTime() - begin) * 1e-3 / text.held().length;
            setting.say("  %.3f nats a held-out character, %.0f µs each, trained in %.0f s", nats, micros,
                    trained.seconds);
            table.row(kind.title, Table.number("%.3f", nats), Table.number("%.2f", Math.exp(nats)),
                    Table.number("%,d", trained.weights), Table.number("%.0f", trained.seconds),
                    Table.number("%.0f", micros));
            curves.curve(kind.title,
                    DoubleStream.of(Epochs.numbers(trained.epochs)).map(i -> i * 1e-6 * text.train().length).toArray(),
                    Epochs.heldOut(trained.epochs, "perplexity"));
            double most = text.generated() ? 1 : setting.quick() ? 2.8 : kind == CharacterModels.LSTM ? 1.6 : 1.75;
            page.check(Check.atMost(kind.title + ": nats per held-out character", nats, most));
        }
        page.section("Three networks").text("The RNN and the LSTM (" + CharacterModels.UNITS + " units) read the text"
                + " in " + CharacterModels.BATCH + " streams, window after window of " + CharacterModels.RNN.window
                + ", and go on with the states of the window before. The Transformer (" + CharacterModels.LAYERS
                + " layers of size " + CharacterModels.SIZE + ", " + CharacterModels.HEADS + " heads) sees "
                + CharacterModels.TRANSFORMER.window + " characters. Each is then built once more over its weights, to"
                + " take a character at a time: what the cells remember, and the keys and values of what came before,"
                + " are states of the compiled model. That reads the held-out text for the table, one character after"
                + " the other; where the Transformer's states are full, the later half is read anew.");
        page.figure("Held-out text, read by the compiled model", table).figure("Perplexity while it trains", curves);
        page.section("Temperature and top-p").text("Scores are divided by the temperature before the softmax: below 1"
                + " what is likely becomes likelier. Top-p keeps the most likely characters that together have the"
                + " probability p, and draws among them alone.");
        page.figure("The Transformer's probabilities", Writings.probabilities(
                all.get(CharacterModels.TRANSFORMER.ordinal()), text.characters()));
        page.section("What they write");
        for (CharacterModels kind : CharacterModels.values()) {
            Writings.show(setting, page, kind.title, all.get(kind.ordinal()), text.characters());
        }
        return page;
    }
}
