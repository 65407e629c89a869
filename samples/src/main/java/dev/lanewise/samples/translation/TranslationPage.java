package dev.lanewise.samples.translation;

import dev.lanewise.samples.Setting;
import dev.lanewise.samples.data.BytePairs;
import dev.lanewise.samples.data.TranslationScore;
import dev.lanewise.samples.data.TranslationTexts;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.Check;
import dev.lanewise.samples.page.HeatMap;
import dev.lanewise.samples.page.LinePlot;
import dev.lanewise.samples.page.Page;
import dev.lanewise.samples.page.Table;
import dev.lanewise.samples.translation.Translation.Trained;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What the sample {@code translation} shows. */
final class TranslationPage {

    private static final int MOST_PIECES = 16;

    private final TranslationTexts texts;
    private final TranslationScore score;
    private final List<Trained> trained;

    private TranslationPage(TranslationTexts texts, List<Trained> trained) {
        this.texts = texts;
        this.trained = trained;
        score = new TranslationScore(texts.test());
    }

    /** @param trained last state, attention, Transformer */
    static Page of(Setting setting, TranslationTexts texts, List<Trained> trained) {
        Page page = new Page("From German to English", "Seed " + setting.seed() + (setting.quick() ? ", quick" : "")
                + ". Data: " + texts.title() + ".");
        TranslationPage of = new TranslationPage(texts, trained);
        double[] bleu = trained.stream().mapToDouble(model -> of.score.bleu(model.best())).toArray();
        page.check(Check.atLeast("BLEU of repeated attention", bleu[1], texts.real() ? 25 : 90));
        page.check(Check.atLeast("BLEU of the Transformer", bleu[2], texts.real() ? 28 : 90));
        page.check(Check.atLeast("attention above the last state, BLEU", bleu[1] - bleu[0], 0.01));
        page.check(Check.atLeast("Transformer above the last state, BLEU", bleu[2] - bleu[0], 0.01));
        of.scores(page);
        of.lengths(page);
        of.examples(page);
        for (Trained model : trained.subList(1, 3)) {
            of.alignments(page.section("What is looked at: " + model.name()), model);
        }
        return page;
    }

    private void scores(Page page) {
        page.section("Three memories").text("All encode the German sentence and decode the English one piece by piece;"
                + " they differ in what the decoder knows of the sentence: the encoder's last states, all of its"
                + " states, looked at anew before each step, or the keys and values of attention. BLEU is that of the"
                + " whole test set as sacreBLEU defines it by default: one reference, tokens by the rules 13a, n-grams"
                + " up to 4, precisions of 0 smoothed by exp, upper and lower case told apart. The decoder is run as a"
                + " program of one step, whose state is what it carries: a cell's state, or keys and values. The loss"
                + " is that of held-out sentences, of labels smoothed by a tenth.");
        Table table = new Table("Memory", "weights", "epochs", "greedy", "beam of " + Translation.BEAM);
        LinePlot losses = new LinePlot(Axis.linear("epoch", "passes over the training set"),
                Axis.linear("loss, held out", "nats per piece"));
        for (Trained model : trained) {
            table.row(model.name(), String.format(Locale.ROOT, "%,d", model.weights()),
                    String.valueOf(model.losses().length), number(score.bleu(model.greedy())),
                    number(score.bleu(model.best())));
            losses.curve(model.name(), IntStream.rangeClosed(1, model.losses().length).asDoubleStream().toArray(),
                    model.losses());
        }
        page.figure("BLEU of the test set", table).figure("Learning", losses);
    }

    private void lengths(Page page) {
        List<TranslationScore.Alike> byLength = score.byLength();
        Table table = new Table(
                Stream.concat(Stream.of("sentences"), trained.stream().map(Trained::name)), "German words");
        byLength.forEach(alike -> table.row(
                Stream.concat(Stream.of(String.valueOf(alike.which().length)),
                        trained.stream().map(model -> number(score.bleu(model.best(), alike.which())))),
                alike.words()));
        LinePlot plot = new LinePlot(Axis.linear("mean length", "words of the German sentence"),
                Axis.linear("BLEU", "0 to 100")).from(0, 10);
        trained.forEach(model -> plot.curve(model.name(),
                byLength.stream().mapToDouble(TranslationScore.Alike::mean).toArray(),
                byLength.stream().mapToDouble(alike -> score.bleu(model.best(), alike.which())).toArray()));
        page.section("Long sentences").text("The last states are of one size, however long the sentence: what it says"
                + " must fit into them. A decoder that looks at all states does not have that narrow place.")
                .figure("BLEU by length of the sentence", plot).figure("The same in numbers", table);
    }

    private void examples(Page page) {
        page.section("Some translations");
        List<String> german = texts.test().german();
        int[] longest = IntStream.range(0, german.size()).boxed()
                .sorted((i, j) -> german.get(j).length() - german.get(i).length())
                .mapToInt(i -> i).toArray();
        for (int i : new int[] {0, 1, longest[german.size() / 10], longest[german.size() / 50]}) {
            StringBuilder text = new StringBuilder(german.get(i) + "\n\nreference    " + texts.test().english().get(i));
            trained.forEach(model -> text.append(
                    String.format(Locale.ROOT, "%n%-12s %s", model.name(), model.best().get(i))));
            page.code(text.toString());
        }
    }

    /** For some short sentences. */
    private void alignments(Page page, Trained model) {
        int[] shown = IntStream.range(0, texts.test().size())
                .filter(i -> texts.pieces().encode(texts.test().german().get(i)).length <= MOST_PIECES)
                .limit(3).toArray();
        for (int i : shown) {
            int[] german = model.translator().sentence(texts.test().german().get(i));
            int[] english = texts.pieces().encode(model.best().get(i));
            int[] ended = Arrays.copyOf(english, english.length + 1);
            ended[english.length] = BytePairs.END;
            page.figure(model.best().get(i), new HeatMap("English piece that comes next", "German piece looked at",
                    labels(ended), labels(german), "weight", model.translator().attention(german, english)));
        }
    }

    /** Pieces within a word begin with a hyphen. */
    private List<String> labels(int[] ids) {
        return Arrays.stream(ids).mapToObj(texts.pieces()::piece)
                .map(piece -> piece.startsWith(" ") || !Character.isLetter(piece.charAt(0))
                        ? piece.strip() : "-" + piece)
                .toList();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
