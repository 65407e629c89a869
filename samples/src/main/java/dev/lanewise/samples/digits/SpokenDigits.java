package dev.lanewise.samples.digits;

import dev.lanewise.compiler.data.WavFile;
import dev.lanewise.samples.Sample;
import dev.lanewise.samples.Setting;
import dev.lanewise.samples.data.DigitRecordings;
import dev.lanewise.samples.data.Sequences;
import dev.lanewise.samples.evaluate.CrossValidation;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.Check;
import dev.lanewise.samples.page.Page;
import dev.lanewise.samples.page.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;

/** Digits from samples to words: features, TDNN and LSTM in one model, which then listens to a stream. */
public final class SpokenDigits implements Sample {

    private static final double RATE = 0.004;

    @Override
    public String name() {
        return "spoken-digits";
    }

    @Override
    public String about() {
        return "which digit is spoken: log-mel features, TDNN and LSTM in one model, streamed from a recording";
    }

    @Override
    public Page run(Setting setting) throws IOException {
        Optional<Path> folder = setting.find("spoken-digits");
        DigitRecordings recordings = folder.isPresent()
                ? DigitRecordings.read(folder.get()) : DigitRecordings.generated(setting.seed());
        Sequences data = recordings.sequences();
        int epochs = setting.epochs(50, 18);
        Page page = setting.page("Spoken digits", data.title() + ", " + data.size() + " recordings of "
                + recordings.speakers().size() + " speakers");
        int folds = setting.quick() ? 1 : CrossValidation.FOLDS;
        CrossValidation known = training(setting, name(), data, epochs).run(data, folds);
        page.section("Known speakers").text("Each recording is held out once, others of the same speakers are trained"
                + " on: " + epochs + " epochs of Adam in batches of 16. The model takes samples: " + DigitsNetwork.BANDS
                + " log-mel bands of 25 ms every 10 ms, two time-delay layers and an LSTM of " + DigitsNetwork.UNITS
                + " units; its scores are averaged over time. " + Axis.percent(known.accuracy()) + " of "
                + known.judged() + " held-out recordings are right.");
        known.show(page);
        page.check(Check.atLeast("held-out recordings of known speakers that are right", known.accuracy(),
                setting.quick() ? 0.8 : 0.95));
        if (!setting.quick()) {
            strangers(setting, page, recordings, epochs);
        }
        int[] sevens = IntStream.range(0, data.size()).filter(i -> data.labels()[i] == 7).toArray();
        int shown = sevens[folds - 1]; // the last training's fold has it
        float[] samples = folder.isPresent()
                ? WavFile.read(folder.get().resolve(recordings.names().get(shown) + ".wav")).samples()
                : data.x()[shown];
        DigitStream.show(setting, page, known.trained(), recordings.names().get(shown), samples);
        return page;
    }

    private static CrossValidation training(Setting setting, String name, Sequences data, int epochs) {
        return new CrossValidation(setting, name, train -> DigitsNetwork.network(data.longest(), setting.seed()),
                DigitsNetwork.batching(), epochs, RATE);
    }

    /** Leaves out each speaker in turn. */
    private void strangers(Setting setting, Page page, DigitRecordings recordings, int epochs) throws IOException {
        Sequences data = recordings.sequences();
        Table table = new Table("Speaker", "Right");
        for (String speaker : recordings.speakers()) {
            double share = training(setting, name() + "-stranger", data, epochs)
                    .run(data.where(i -> !recordings.speaker(i).equals(speaker)),
                            data.where(i -> recordings.speaker(i).equals(speaker)));
            setting.say("a stranger, %s: %.1f %% right", speaker, 100 * share);
            table.row(speaker, Axis.percent(share));
        }
        page.section("Strangers").text("The same where no recording of the speaker was trained on: three voices are too"
                + " few to learn what all have in common.").figure("Recordings of a new speaker", table);
    }
}
