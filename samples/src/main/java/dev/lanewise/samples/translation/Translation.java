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
import dev.lanewise.samples.data.ParallelText;
import dev.lanewise.samples.page.Page;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** German to English by three encoder-decoders: what the decoder is told of the sentence, and what comes of it. */
public final class Translation implements Sample {

    static final int BEAM = 5;
    private static final String DATA = "translation-en-de";

    /**
     * A translator that was trained.
     *
     * @param losses (epochs) on sentences that were held out
     * @param greedy translations of the test's sentences
     * @param best the same by beam search
     */
    record Trained(
            String name, StepDecoder decoder, int weights, double[] losses, List<String> greedy, List<String> best) {}

    /** What is learnt from, and how much of it at a time. */
    private record Texts(
            boolean real, ParallelText training, ParallelText held, ParallelText test, BytePairs pieces, int batch,
            Schedule schedule) {}

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
        Optional<Path> folder = setting.quick() ? Optional.empty() : setting.find(DATA);
        Texts texts = folder.isPresent() ? multi30k(folder.get()) : generated(setting.seed());
        int n = texts.pieces.size();
        setting.say("%d %s pairs of sentences, %d pieces", texts.training.size(),
                texts.real ? "real" : "generated", n);
        int size = texts.real ? 192 : 64;
        List<Trained> trained = List.of(
                train(setting, "last state", new Translators.LastState(n, size), texts, setting.epochs(5, 4)),
                train(setting, "attention", new Translators.RepeatedAttention(n, size), texts, setting.epochs(5, 4)),
                train(setting, "Transformer", new Translators.Transformer(n, size, texts.real ? 3 : 2), texts,
                        setting.epochs(6, 5)));
        return TranslationPage.of(setting, texts.real, texts.test, texts.pieces, trained);
    }

    private static Texts multi30k(Path folder) throws IOException {
        ParallelText training = ParallelText.read(folder, "train");
        return new Texts(true, training, ParallelText.read(folder, "val"),
                ParallelText.read(folder, "test_2016_flickr"), pieces(training, 4000), Translator.BATCH,
                Schedule.cosine(0.0015, 0).warmUp(300));
    }

    private static Texts generated(long seed) {
        ParallelText training = ParallelText.generated(3000, 3, seed);
        return new Texts(false, training, ParallelText.generated(100, 3, seed + 1000),
                ParallelText.generated(100, 3, seed + 2000), pieces(training, 400), Translator.BATCH / 3,
                Schedule.cosine(0.004, 0).warmUp(40));
    }

    private static BytePairs pieces(ParallelText text, int size) {
        return BytePairs.learn(Stream.concat(text.german().stream(), text.english().stream()), size);
    }

    private static Trained train(Setting setting, String kind, Translator translator, Texts texts, int epochs)
            throws IOException {
        Network network = translator.training(setting.seed());
        setting.say("%n%s, %d epochs:%n%s", kind, epochs, network.summary(0));
        String name = "translation-" + kind.toLowerCase().replace(' ', '-');
        TrainOptions options = TrainOptions.of("loss", Optimizer.adam().betas(0.9, 0.98)).clipNorm(1);
        Trainer trainer = Trainer.of(Training.model(name, network, options));
        int pieces = texts.pieces.size();
        Batching batching = Batching.of(texts.batch).seed(setting.seed()).lengths("lengths", "sentences")
                .labels("sentences", pieces).labels("before", pieces).labels("after", pieces, BytePairs.PADDING);
        Fitted fitted = trainer.fit(texts.training.dataset(texts.pieces, Translator.LONGEST),
                FitOptions.of(epochs, batching)
                        .schedule(texts.schedule)
                        .validation(texts.held.dataset(texts.pieces, Translator.LONGEST))
                        .listener(ProgressBar.ofConsole()));
        double[] losses = fitted.epochs().stream().mapToDouble(epoch -> epoch.validation().get("loss")).toArray();
        Network used = Training.trained(network, trainer);
        Network encoder = translator.encoder(used);
        Model encoding = Training.saved(setting, name + "-encoder", encoder);
        Model decoding = Training.saved(setting, name + "-decoder", translator.decoder(used, encoder),
                CompileOptions.defaults().dim("time", 1, 1).stream(new StreamAxis("time", Translator.LONGEST)));
        StepDecoder decoder = new StepDecoder(encoding, decoding, BEAM);
        setting.say("%s translates %d sentences, greedily and by a beam of %d", kind, texts.test.size(), BEAM);
        return new Trained(kind, decoder, Training.weights(network), losses, translate(decoder, texts, 1),
                translate(decoder, texts, BEAM));
    }

    private static List<String> translate(StepDecoder decoder, Texts texts, int beam) {
        List<String> translations = new ArrayList<>();
        for (String german : texts.test.german()) {
            int[] sentence = sentence(texts.pieces, german);
            BeamSearch.Hypothesis found = BeamSearch.search(decoder.read(sentence), beam, Translator.LONGEST);
            translations.add(texts.pieces.decode(found.toArray()));
        }
        return translations;
    }

    /** Its pieces, cut where they are too many. */
    static int[] sentence(BytePairs pieces, String german) {
        int[] all = pieces.encode(german);
        return Arrays.copyOf(all, Math.min(all.length, Translator.LONGEST));
    }
}
