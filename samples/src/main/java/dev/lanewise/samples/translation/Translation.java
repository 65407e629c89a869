package dev.lanewise.samples.translation;

import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.train.Optimizer;
import dev.lanewise.compiler.train.TrainOptions;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.EpochReport;
import dev.lanewise.runtime.train.FitOptions;
import dev.lanewise.runtime.train.ProgressBar;
import dev.lanewise.runtime.train.Schedule;
import dev.lanewise.runtime.train.Trainer;
import dev.lanewise.samples.EncoderDecoder;
import dev.lanewise.samples.Sample;
import dev.lanewise.samples.Setting;
import dev.lanewise.samples.TextTranslator;
import dev.lanewise.samples.Training;
import dev.lanewise.samples.data.BytePairs;
import dev.lanewise.samples.data.TranslationTexts;
import dev.lanewise.samples.evaluate.Epochs;
import dev.lanewise.samples.evaluate.TranslationComparison;
import dev.lanewise.samples.evaluate.TranslationComparison.Translated;
import dev.lanewise.samples.page.Check;
import dev.lanewise.samples.page.Page;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** German to English by three encoder-decoders: what the decoder is told of the sentence, and what comes of it. */
public final class Translation implements Sample {

    private static final int BEAM = 5;
    private static final int MOST_PIECES = 16;

    @Override
    public String name() {
        return "translation";
    }

    @Override
    public String about() {
        return "German to English: last state, repeated attention, Transformer; beam search, BLEU, alignment";
    }

    @Override
    public Page run(Setting setting) throws IOException {
        TranslationTexts texts = TranslationTexts.of(
                setting.quick() ? Optional.empty() : setting.find("translation-en-de"), setting.seed());
        int n = texts.pieces().size();
        setting.say("%d pairs of sentences (%s), %d pieces", texts.training().size(), texts.title(), n);
        int size = texts.real() ? 192 : 64;
        TranslationComparison compared = new TranslationComparison(texts.test());
        train(setting, "last state", new Translators.LastState(n, size), texts, setting.epochs(5, 4), compared);
        train(setting, "attention", new Translators.RepeatedAttention(n, size), texts, setting.epochs(5, 4), compared);
        train(setting, "Transformer", new Translators.Transformer(n, size, texts.real() ? 3 : 2), texts,
                setting.epochs(6, 5), compared);
        return page(setting, texts, compared);
    }

    private static void train(Setting setting, String kind, EncoderDecoder translator, TranslationTexts texts,
            int epochs, TranslationComparison compared) throws IOException {
        Network network = translator.training(setting.seed());
        setting.say("%n%s, %d epochs:%n%s", kind, epochs, network.summary(0));
        String name = "translation-" + kind.toLowerCase().replace(' ', '-');
        TrainOptions options = TrainOptions.of("loss", Optimizer.adam().betas(0.9, 0.98)).clipNorm(1);
        Trainer trainer = Trainer.of(Training.model(name, network, options));
        int pieces = texts.pieces().size();
        Batching batching = Batching.of(EncoderDecoder.BATCH / (texts.real() ? 1 : 3)).seed(setting.seed())
                .lengths("lengths", "sentences")
                .labels("sentences", pieces).labels("before", pieces).labels("after", pieces, BytePairs.PADDING);
        List<EpochReport> reports = trainer.fit(texts.training().dataset(texts.pieces(), EncoderDecoder.LONGEST),
                FitOptions.of(epochs, batching)
                        .schedule(Schedule.cosine(texts.real() ? 0.0015 : 0.004, 0).warmUp(texts.real() ? 300 : 40))
                        .validation(texts.held().dataset(texts.pieces(), EncoderDecoder.LONGEST))
                        .listener(ProgressBar.ofConsole())).epochs();
        TextTranslator text = TextTranslator.saved(
                setting, name, translator, Training.trained(network, trainer), texts.pieces(), BEAM);
        compared.add(setting, kind, text, Training.weights(network), Epochs.heldOut(reports, "loss"), BEAM);
    }

    /** @param compared last state, attention, Transformer */
    private static Page page(Setting setting, TranslationTexts texts, TranslationComparison compared) {
        Page page = setting.page("From German to English", texts.title());
        double[] bleu = compared.best();
        page.check(Check.atLeast("BLEU of repeated attention", bleu[1], texts.real() ? 25 : 90));
        page.check(Check.atLeast("BLEU of the Transformer", bleu[2], texts.real() ? 28 : 90));
        page.check(Check.atLeast("attention above the last state, BLEU", bleu[1] - bleu[0], 0.01));
        page.check(Check.atLeast("Transformer above the last state, BLEU", bleu[2] - bleu[0], 0.01));
        page.section("Three memories").text("All encode the German sentence and decode the English one piece by piece;"
                + " they differ in what the decoder knows of the sentence: the encoder's last states, all of its"
                + " states, looked at anew before each step, or the keys and values of attention. BLEU is that of the"
                + " whole test set as sacreBLEU defines it by default: one reference, tokens by the rules 13a, n-grams"
                + " up to 4, precisions of 0 smoothed by exp, upper and lower case told apart. The decoder is run as a"
                + " program of one step, whose state is what it carries: a cell's state, or keys and values. The loss"
                + " is that of held-out sentences, of labels smoothed by a tenth.")
                .figure("BLEU of the test set", compared.bleu(BEAM)).figure("Learning", compared.losses());
        page.section("Long sentences").text("The last states are of one size, however long the sentence: what it says"
                + " must fit into them. A decoder that looks at all states does not have that narrow place.")
                .figure("BLEU by length of the sentence", compared.byLength())
                .figure("The same in numbers", compared.byLengthInNumbers());
        page.section("Some translations");
        int[] longest = texts.test().longestFirst();
        for (int i : new int[] {0, 1, longest[longest.length / 10], longest[longest.length / 50]}) {
            page.code(compared.example(i));
        }
        for (Translated model : compared.all().subList(1, 3)) {
            page.section("What is looked at: " + model.name());
            for (int i : texts.test().firstShort(3, MOST_PIECES, texts.pieces())) {
                String best = model.best().get(i);
                page.figure(best, model.translator()
                        .alignment("German", texts.test().german().get(i), "English", best));
            }
        }
        return page;
    }
}
