package dev.lanewise.samples.tagging;

import dev.lanewise.compiler.network.Network;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.train.Accuracy;
import dev.lanewise.runtime.train.EpochReport;
import dev.lanewise.runtime.train.FitOptions;
import dev.lanewise.runtime.train.ProgressBar;
import dev.lanewise.runtime.train.Schedule;
import dev.lanewise.runtime.train.Trainer;
import dev.lanewise.samples.Sample;
import dev.lanewise.samples.Setting;
import dev.lanewise.samples.Training;
import dev.lanewise.samples.data.Spelling;
import dev.lanewise.samples.data.TaggedText;
import dev.lanewise.samples.data.TaggedText.Sentence;
import dev.lanewise.samples.evaluate.Confusion;
import dev.lanewise.samples.evaluate.Epochs;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.Check;
import dev.lanewise.samples.page.LinePlot;
import dev.lanewise.samples.page.Page;
import dev.lanewise.samples.page.Table;
import dev.lanewise.samples.page.TaggedWords;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A part of speech for each word: the loss is a mean over words, and sentences come in the lengths they have. */
public final class Tagging implements Sample {

    private static final int LEAST = 8;
    private static final int MOST = 20;
    private static final int SHOWN = 8;

    @Override
    public String name() {
        return "tagging";
    }

    @Override
    public String about() {
        return "a part of speech for each word: RNN and bidirectional LSTM, which read letters of words never seen";
    }

    private static Model train(Setting setting, Taggers kind, Network network, Spelling spelling, TaggedText text,
            LinePlot curves) throws IOException {
        String name = "tagging-" + kind.name().toLowerCase(Locale.ROOT);
        Trainer trainer = Training.adamW(name, network);
        List<EpochReport> reports = trainer.fit(spelling.dataset(text.train(), kind.reads()), FitOptions
                .of(setting.epochs(8, 2), Taggers.batching().seed(setting.seed()))
                .schedule(Schedule.oneCycle(0.006))
                .validation(spelling.dataset(text.held(), kind.reads()))
                .metric(Accuracy.of("scores", "label"))
                .listener(ProgressBar.ofConsole())).epochs();
        curves.ticks(Epochs.numbers(reports)).curve(kind.title, Epochs.numbers(reports),
                Arrays.stream(Epochs.heldOut(reports, "accuracy")).map(share -> 1 - share).toArray());
        return Training.saved(setting, trainer);
    }

    @Override
    public Page run(Setting setting) throws IOException {
        TaggedText text = setting.find("pos-ud-ewt").map(TaggedText::read)
                .orElseGet(() -> TaggedText.generated(setting.seed()));
        Spelling spelling = Spelling.of(text.train());
        setting.say("%s: %d sentences, %d held out; %d words that occur twice or more", text.about(),
                text.train().size(), text.held().size(), spelling.words().size());
        Page page = setting.page("A part of speech for each word", text.about() + ": " + text.train().size()
                + " sentences, " + text.held().size() + " held out");
        Table table = new Table("Network", "Words right", "Of known words", "Of unknown words", "Weights");
        LinePlot curves = new LinePlot(Axis.linear("epoch", "passes over the data"),
                Axis.linear("held-out error", "share of words"));
        Confusion last = null;
        Model shown = null;
        for (Taggers kind : Taggers.values()) {
            setting.say("%s", kind.title);
            Network network = kind.network(spelling.words().size(), spelling.letters().size(), setting.seed());
            Model model = train(setting, kind, network, spelling, text, curves);
            Confusion known = new Confusion(TaggedText.TAGS);
            Confusion unknown = new Confusion(TaggedText.TAGS);
            judge(model, spelling, text.held(), known, unknown);
            last = known.plus(unknown);
            String share = unknown.all() == 0 ? "none" : Axis.percent(unknown.accuracy());
            setting.say("  right: %s of held-out words; of those it does not know: %s",
                    Axis.percent(last.accuracy()), share);
            table.row(kind.title, Axis.percent(last.accuracy()), Axis.percent(known.accuracy()), share,
                    Table.number("%,d", Training.weights(network)));
            shown = model;
        }
        page.section("One loss for each word").text("A sentence gives as many scores as it has words, and the loss is"
                + " the mean over words, not over sentences. A batch has sentences of one length, so that nothing is"
                + " padded: filled up to the longest of " + Taggers.BATCH + " in their order, "
                + Axis.percent(text.padding(Taggers.BATCH)) + " of all steps would be padding. A word that is not known"
                + " still has letters: a convolution over its last " + Spelling.LETTERS + " and their maximum. Judged"
                + " is the compiled file.");
        page.figure("Held-out words", table).figure("Error by epoch", curves);
        page.section("What is taken for what").text(Taggers.BILSTM.title + ": a row for each tag that is right, a"
                + " column for each that was given; shades are shares of the row.");
        page.figure("Confusion", last.figure("right (tag)", "given (tag)"));
        examples(page, shown, spelling, text.held());
        double least = text.generated() ? 0.97 : setting.quick() ? 0.85 : 0.9;
        page.check(Check.atLeast(Taggers.BILSTM.title + ": share of held-out words", last.accuracy(), least));
        return page;
    }

    /** Counts what a compiled model gives for words that are known, and for the others. */
    private static void judge(
            Model model, Spelling spelling, List<Sentence> sentences, Confusion known, Confusion unknown) {
        Session session = model.newSession();
        for (Sentence sentence : sentences) {
            int[] given = spelling.tag(session, sentence);
            for (int i = 0; i < given.length; i++) {
                Confusion counted = spelling.isKnown(sentence.words().get(i)) ? known : unknown;
                counted.add(sentence.tags()[i], given[i]);
            }
        }
    }

    private static void examples(Page page, Model model, Spelling spelling, List<Sentence> sentences) {
        TaggedWords figure = new TaggedWords();
        Session session = model.newSession();
        sentences.stream()
                .filter(sentence -> sentence.words().size() >= LEAST && sentence.words().size() <= MOST)
                .limit(SHOWN)
                .forEach(sentence -> figure.sentence(spelling.marked(sentence),
                        TaggedText.names(spelling.tag(session, sentence)), TaggedText.names(sentence.tags())));
        page.section("Examples").text("The first held-out sentences of " + LEAST + " to " + MOST + " words; a * is at"
                + " those that are not known.").figure(Taggers.BILSTM.title, figure);
    }
}
