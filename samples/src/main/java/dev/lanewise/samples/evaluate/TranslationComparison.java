package dev.lanewise.samples.evaluate;

import dev.lanewise.samples.Setting;
import dev.lanewise.samples.TextTranslator;
import dev.lanewise.samples.data.ParallelText;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.LinePlot;
import dev.lanewise.samples.page.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Translators side by side: what they make of the same sentences, how well, and by what length. For one thread. */
public final class TranslationComparison {

    /**
     * What came out of one.
     *
     * @param translator at work
     * @param weights how many are trained
     * @param losses (epochs) on sentences that were held out
     * @param greedy translations of the test's sentences
     * @param best the same by beam search
     */
    public record Translated(String name, TextTranslator translator, int weights, double[] losses,
            List<String> greedy, List<String> best) {}

    private final ParallelText test;
    private final TranslationScore score;
    private final List<Translated> all = new ArrayList<>();

    public TranslationComparison(ParallelText test) {
        this.test = test;
        score = new TranslationScore(test);
    }

    /**
     * Has a translator translate all sentences, and says how well it does.
     *
     * @param losses (epochs) on sentences that were held out
     */
    public void add(Setting setting, String name, TextTranslator translator, int weights, double[] losses, int beam) {
        setting.say("%s translates %d sentences, greedily and by a beam of %d", name, test.size(), beam);
        Translated translated = new Translated(name, translator, weights, losses,
                translator.translate(test.german(), 1), translator.translate(test.german(), beam));
        setting.say("  BLEU %.1f and %.1f", score.bleu(translated.greedy), score.bleu(translated.best));
        all.add(translated);
    }

    /** In the order in which they were taken in. */
    public List<Translated> all() {
        return List.copyOf(all);
    }

    /** BLEU of the best translations of each. */
    public double[] best() {
        return all.stream().mapToDouble(model -> score.bleu(model.best)).toArray();
    }

    /** BLEU of the whole set, a row for each. */
    public Table bleu(int beam) {
        Table table = new Table("Memory", "weights", "epochs", "greedy", "beam of " + beam);
        all.forEach(model -> table.row(model.name, Table.number("%,d", model.weights),
                String.valueOf(model.losses.length), number(score.bleu(model.greedy)),
                number(score.bleu(model.best))));
        return table;
    }

    /** The loss by epoch, a curve for each. */
    public LinePlot losses() {
        LinePlot plot = new LinePlot(Axis.linear("epoch", "passes over the training set"),
                Axis.linear("loss, held out", "nats per piece"));
        all.forEach(model -> plot.curve(model.name,
                IntStream.rangeClosed(1, model.losses.length).asDoubleStream().toArray(), model.losses));
        return plot;
    }

    /** BLEU by the length of sentences, a curve for each. */
    public LinePlot byLength() {
        List<TranslationScore.Alike> lengths = score.byLength();
        LinePlot plot = new LinePlot(Axis.linear("mean length", "words of the German sentence"),
                Axis.linear("BLEU", "0 to 100")).from(0, 10);
        all.forEach(model -> plot.curve(model.name,
                lengths.stream().mapToDouble(TranslationScore.Alike::mean).toArray(),
                lengths.stream().mapToDouble(alike -> score.bleu(model.best, alike.which())).toArray()));
        return plot;
    }

    /** The same in numbers, a column for each. */
    public Table byLengthInNumbers() {
        Table table = new Table(Stream.concat(Stream.of("sentences"), all.stream().map(Translated::name)),
                "German words");
        score.byLength().forEach(alike -> table.row(
                Stream.concat(Stream.of(String.valueOf(alike.which().length)),
                        all.stream().map(model -> number(score.bleu(model.best, alike.which())))),
                alike.words()));
        return table;
    }

    /** A sentence, what it should be, and what each made of it. */
    public String example(int sentence) {
        StringBuilder text = new StringBuilder(test.german().get(sentence));
        text.append("\n\nreference    ").append(test.english().get(sentence));
        all.forEach(model -> text.append(
                String.format(Locale.ROOT, "%n%-12s %s", model.name, model.best.get(sentence))));
        return text.toString();
    }

    private static String number(double value) {
        return Table.number("%.1f", value);
    }
}
