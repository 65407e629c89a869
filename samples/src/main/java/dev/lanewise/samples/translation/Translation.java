package dev.lanewise.samples.translation;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.StreamAxis;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.train.Optimizer;
import dev.lanewise.compiler.train.TrainOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.FitOptions;
import dev.lanewise.runtime.train.Fitted;
import dev.lanewise.runtime.train.ProgressBar;
import dev.lanewise.runtime.train.Schedule;
import dev.lanewise.runtime.train.Trainer;
import dev.lanewise.samples.Sample;
import dev.lanewise.samples.Setting;
import dev.lanewise.samples.Training;
import dev.lanewise.samples.data.BytePairs;
import dev.lanewise.samples.data.TranslationScore;
import dev.lanewise.samples.data.TranslationTexts;
import dev.lanewise.samples.page.Page;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** German to English by three encoder-decoders: what the decoder is told of the sentence, and what comes of it. */
public final class Translation implements Sample {

    static final int BEAM = 5;

    /**
     * A translator that was trained.
     *
     * @param losses (epochs) on sentences that were held out
     * @param greedy translations of the test's sentences
     * @param best the same by beam search
     */
    record Trained(
            String name, TextTranslator translator, int weights, double[] losses, List<String> greedy,
            List<String> best) {}

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
        return TranslationPage.of(setting, texts, List.of(
                train(setting, "last state", new Translators.LastState(n, size), texts, setting.epochs(5, 4)),
                train(setting, "attention", new Translators.RepeatedAttention(n, size), texts, setting.epochs(5, 4)),
                train(setting, "Transformer", new Translators.Transformer(n, size, texts.real() ? 3 : 2), texts,
                        setting.epochs(6, 5))));
    }

    private static Trained train(
            Setting setting, String kind, Translator translator, TranslationTexts texts, int epochs)
            throws IOException {
        Network network = translator.training(setting.seed());
        setting.say("%n%s, %d epochs:%n%s", kind, epochs, network.summary(0));
        String name = "translation-" + kind.toLowerCase().replace(' ', '-');
        TrainOptions options = TrainOptions.of("loss", Optimizer.adam().betas(0.9, 0.98)).clipNorm(1);
        Trainer trainer = Trainer.of(Training.model(name, network, options));
        int pieces = texts.pieces().size();
        Batching batching = Batching.of(texts.real() ? Translator.BATCH : Translator.BATCH / 3).seed(setting.seed())
                .lengths("lengths", "sentences")
                .labels("sentences", pieces).labels("before", pieces).labels("after", pieces, BytePairs.PADDING);
        Fitted fitted = trainer.fit(texts.training().dataset(texts.pieces(), Translator.LONGEST),
                FitOptions.of(epochs, batching)
                        .schedule(texts.real()
                                ? Schedule.cosine(0.0015, 0).warmUp(300) : Schedule.cosine(0.004, 0).warmUp(40))
                        .validation(texts.held().dataset(texts.pieces(), Translator.LONGEST))
                        .listener(ProgressBar.ofConsole()));
        double[] losses = fitted.epochs().stream().mapToDouble(epoch -> epoch.validation().get("loss")).toArray();

        Network used = Training.trained(network, trainer);
        Network encoder = translator.encoder(used);
        Model encoding = Training.saved(setting, name + "-encoder", encoder);
        Model decoding = Training.saved(setting, name + "-decoder", translator.decoder(used, encoder),
                CompileOptions.defaults().dim("time", 1, 1).stream(new StreamAxis("time", Translator.LONGEST)));
        TextTranslator text = new TextTranslator(encoding, decoding, texts.pieces(), BEAM);
        setting.say("%s translates %d sentences, greedily and by a beam of %d", kind, texts.test().size(), BEAM);
        Function<Integer, List<String>> translate = beam -> texts.test().german().stream()
                .map(german -> text.translate(german, beam)).toList();
        Trained trained = new Trained(
                kind, text, Training.weights(network), losses, translate.apply(1), translate.apply(BEAM));
        TranslationScore score = new TranslationScore(texts.test());
        setting.say("  BLEU %.1f and %.1f", score.bleu(trained.greedy), score.bleu(trained.best));
        return trained;
    }
}
