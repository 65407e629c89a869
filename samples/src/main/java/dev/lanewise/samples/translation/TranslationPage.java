package dev.lanewise.samples.translation;

import dev.lanewise.runtime.Tensor;
import dev.lanewise.runtime.train.Bleu;
import dev.lanewise.samples.Setting;
import dev.lanewise.samples.data.BytePairs;
import dev.lanewise.samples.data.ParallelText;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.Check;
import dev.lanewise.samples.page.HeatMap;
import dev.lanewise.samples.page.LinePlot;
import dev.lanewise.samples.page.Page;
import dev.lanewise.samples.page.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What the sample {@code translation} shows. */
final class TranslationPage {

    /** Sentences of up to so many words, and longer ones, are judged together. */
    private static final int[] WORDS = {8, 11, 14, 17};

    private final ParallelText test;
    private final BytePairs pieces;

    private TranslationPage(ParallelText test, BytePairs pieces) {
        this.test = test;
        this.pieces = pieces;
    }

    /** @param trained last state, attention, Transformer */
    static Page of(
            Setting setting, boolean real, ParallelText test, BytePairs pieces, List<Translation.Trained> trained) {
        String data = real ? "Multi30k, German to English, test 2016" : "generated sentences";
        Page page = new Page("From German to English", "Seed " + setting.seed() + (setting.quick() ? ", quick" : "")
                + ". Data: " + data + ".");
        TranslationPage of = new TranslationPage(test, pieces);
        double[] bleu = trained.stream().mapToDouble(model -> of.bleu(model.best(), i -> true)).toArray();
        page.check(Check.atLeast("BLEU of repeated attention", bleu[1], real ? 25 : 90));
        page.check(Check.atLeast("BLEU of the Transformer", bleu[2], real ? 28 : 90));
        page.check(Check.atLeast("attention above the last state, BLEU", bleu[1] - bleu[0], 0.01));
        page.check(Check.atLeast("Transformer above the last state, BLEU", bleu[2] - bleu[0], 0.01));
        of.scores(page, trained);
        of.lengths(page, trained);
        of.examples(page, trained);
        for (Translation.Trained model : trained.subList(1, 3)) {
            of.alignments(page.section("What is looked at: " + model.name()), model);
        }
        return page;
    }

    private double bleu(List<String> translations, IntPredicate which) {
        Bleu bleu = new Bleu();
        IntStream.range(0, test.size()).filter(which).forEach(
                i -> bleu.add(translations.get(i), test.english().get(i)));
        return bleu.score();
    }

    private void scores(Page page, List<Translation.Trained> trained) {
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
        for (Translation.Trained model : trained) {
            table.row(model.name(), String.format(Locale.ROOT, "%,d", model.weights()),
                    String.valueOf(model.losses().length), number(bleu(model.greedy(), i -> true)),
                    number(bleu(model.best(), i -> true)));
            losses.curve(model.name(), IntStream.rangeClosed(1, model.losses().length).asDoubleStream().toArray(),
                    model.losses());
        }
        page.figure("BLEU of the test set", table).figure("Learning", losses);
    }

    private void lengths(Page page, List<Translation.Trained> trained) {
        int[] words = test.german().stream().mapToInt(sentence -> sentence.split("\\s+").length).toArray();
        Table table = new Table(
                Stream.concat(Stream.of("sentences"), trained.stream().map(Translation.Trained::name)), "German words");
        List<double[]> points = new ArrayList<>(); // the mean length, then BLEU of each
        for (int bin = 0; bin <= WORDS.length; bin++) {
            int from = bin == 0 ? 1 : WORDS[bin - 1] + 1;
            int to = bin == WORDS.length ? Integer.MAX_VALUE : WORDS[bin];
            IntPredicate inside = i -> words[i] >= from && words[i] <= to;
            int[] lengths = IntStream.range(0, words.length).filter(inside).map(i -> words[i]).toArray();
            if (lengths.length > 0) {
                points.add(DoubleStream.concat(Arrays.stream(lengths).average().stream(),
                        trained.stream().mapToDouble(model -> bleu(model.best(), inside))).toArray());
                double[] found = points.get(points.size() - 1);
                table.row(Stream.concat(Stream.of(String.valueOf(lengths.length)),
                        Arrays.stream(found).skip(1).mapToObj(TranslationPage::number)),
                        from + (bin == WORDS.length ? " and more" : " to " + to));
            }
        }
        LinePlot plot = new LinePlot(Axis.linear("mean length", "words of the German sentence"),
                Axis.linear("BLEU", "0 to 100")).from(0, 10);
        for (int i = 0; i < trained.size(); i++) {
            int model = i + 1;
            plot.curve(trained.get(i).name(), points.stream().mapToDouble(point -> point[0]).toArray(),
                    points.stream().mapToDouble(point -> point[model]).toArray());
        }
        page.section("Long sentences").text("The last states are of one size, however long the sentence: what it says"
                + " must fit into them. A decoder that looks at all states does not have that narrow place.")
                .figure("BLEU by length of the sentence", plot).figure("The same in numbers", table);
    }

    private void examples(Page page, List<Translation.Trained> trained) {
        page.section("Some translations");
        int[] longest = IntStream.range(0, test.size()).boxed()
                .sorted((i, j) -> test.german().get(j).length() - test.german().get(i).length())
                .mapToInt(i -> i).toArray();
        for (int i : new int[] {0, 1, longest[test.size() / 10], longest[test.size() / 50]}) {
            StringBuilder text = new StringBuilder(test.german().get(i) + "\n\nreference    " + test.english().get(i));
            trained.forEach(model -> text.append(
                    String.format(Locale.ROOT, "%n%-12s %s", model.name(), model.best().get(i))));
            page.code(text.toString());
        }
    }

    /** The weights for some sentences: outputs of the decoder, read where they lie. */
    private void alignments(Page page, Translation.Trained model) {
        int[] shown = IntStream.range(0, test.size())
                .filter(i -> Translation.sentence(pieces, test.german().get(i)).length <= 16).limit(3).toArray();
        for (int i : shown) {
            int[] german = Translation.sentence(pieces, test.german().get(i));
            int[] english = pieces.encode(model.best().get(i));
            float[] weights = new float[(english.length + 1) * german.length];
            model.decoder().read(german);
            for (int t = 0; t <= english.length; t++) {
                model.decoder().step(new int[] {0}, new int[] {t == 0 ? BytePairs.BEGIN : english[t - 1]});
                Tensor row = model.decoder().attention(); // [beam, 1, 1, steps]
                System.arraycopy(row.floats(), row.rowOffset(0), weights, t * german.length, german.length);
            }
            int[] ended = Arrays.copyOf(english, english.length + 1);
            ended[english.length] = BytePairs.END;
            page.figure(model.best().get(i), new HeatMap("English piece that comes next", "German piece looked at",
                    labels(ended), labels(german), "weight", weights));
        }
    }

    /** Pieces within a word begin with a hyphen. */
    private List<String> labels(int[] ids) {
        return Arrays.stream(ids).mapToObj(pieces::piece)
                .map(piece -> piece.startsWith(" ") || !Character.isLetter(piece.charAt(0))
                        ? piece.strip() : "-" + piece)
                .toList();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
