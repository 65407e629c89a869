package dev.lanewise.samples.digits;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.StreamAxis;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.samples.Setting;
import dev.lanewise.samples.StreamedRows;
import dev.lanewise.samples.Training;
import dev.lanewise.samples.data.DigitRecordings;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.Check;
import dev.lanewise.samples.page.LinePlot;
import dev.lanewise.samples.page.Page;
import dev.lanewise.samples.page.Spectrogram;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The trained model listens to a recording in chunks, with carried state, as to a stream of any length. */
final class DigitStream {

    /** 20 ms. */
    private static final int CHUNK = DigitRecordings.RATE / 50;
    private static final double FRAME_SECONDS = (double) DigitsNetwork.FEATURES.hop() / DigitRecordings.RATE;

    private final StreamedRows features = new StreamedRows(); // (frames, bands)
    private final StreamedRows scores = new StreamedRows(); // (frames, digits)

    private DigitStream() {}

    /** Gives a session chunks of so many samples. */
    private static DigitStream listen(Session session, float[] samples, int size) {
        DigitStream heard = new DigitStream();
        Tensor x = session.input("x");
        session.state().reset();
        for (int from = 0; from < samples.length; from += size) {
            float[] chunk = Arrays.copyOfRange(samples, from, Math.min(from + size, samples.length));
            x.setShape(1, chunk.length, 1);
            x.set(chunk);
            session.run(); // what it needs of earlier chunks is in its state
            heard.features.take(session.output("features"));
            heard.scores.take(session.output("scores"));
        }
        return heard;
    }

    static void show(Setting setting, Page page, Network trained, String name, float[] samples) throws IOException {
        CompileOptions options = CompileOptions.defaults().dim("samples", CHUNK).stream(new StreamAxis("samples", 0));
        Session session = Training.saved(setting, "spoken-digits-stream", DigitsNetwork.stream(trained), options)
                .newSession();
        DigitStream heard = listen(session, samples, CHUNK);
        DigitStream again = listen(session, samples, 1 + CHUNK / 3);
        double[] end = heard.scores.mean();
        double[] other = again.scores.mean();
        double apart = IntStream.range(0, 10).mapToDouble(d -> Math.abs(end[d] - other[d])).max().orElse(0);
        int[] best = IntStream.range(0, 10).boxed().sorted(Comparator.comparing(d -> -end[d])).limit(3)
                .mapToInt(d -> d).toArray();
        setting.say("streamed %s in chunks of 20 ms: it is a %d", name, best[0]);
        double[] time = IntStream.range(0, heard.scores.count())
                .mapToDouble(frame -> (frame + DigitsNetwork.CONTEXT) * FRAME_SECONDS).toArray();
        LinePlot plot = new LinePlot(Axis.linear("time", "seconds"), Axis.linear("probability", "share")).from(0, 1);
        for (int digit : best) {
            plot.curve("“" + digit + "”", time, heard.scores.probabilities(digit));
        }
        page.section("A stream").text("The same weights, compiled to take chunks of 20 ms: what windows, time-delay"
                + " layers and LSTM need of the past is carried in the state. The recording " + name + " was not"
                + " trained on. How probable the digits are, by the mean of all frames so far:");
        page.figure("Features inside the model",
                new Spectrogram(FRAME_SECONDS, DigitsNetwork.BANDS, heard.features.all()));
        page.figure("What was heard so far", plot);
        page.check(Check.between("digit heard in the stream of " + name, best[0], name.charAt(0) - '0',
                name.charAt(0) - '0'));
        page.check(Check.atMost("largest difference of scores between chunks of 20 ms and of 7 ms", apart, 1e-5));
    }
}
