package dev.lanewise.samples.captioning;

import dev.lanewise.compiler.network.Network;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.FitOptions;
import dev.lanewise.runtime.train.ProgressBar;
import dev.lanewise.runtime.train.Schedule;
import dev.lanewise.runtime.train.Trainer;
import dev.lanewise.samples.LossCurve;
import dev.lanewise.samples.Sample;
import dev.lanewise.samples.Setting;
import dev.lanewise.samples.Training;
import dev.lanewise.samples.data.CaptionWords;
import dev.lanewise.samples.data.Scene;
import dev.lanewise.samples.data.Stickers;
import dev.lanewise.samples.evaluate.CaptionScore;
import dev.lanewise.samples.evaluate.NearestPicture;
import dev.lanewise.samples.page.AttendedPicture;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.Check;
import dev.lanewise.samples.page.LinePlot;
import dev.lanewise.samples.page.Page;
import dev.lanewise.samples.page.Table;
import java.io.IOException;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Captions of pictures: a decoder that looks at what it names, and one that cannot. */
public final class Captioning implements Sample {

    @Override
    public String name() {
        return "captioning";
    }

    @Override
    public String about() {
        return "captions of pictures: attention roves over the picture word by word; and what comes without it";
    }

    @Override
    public Page run(Setting setting) throws IOException {
        int most = setting.quick() ? 2 : 3;
        Stickers stickers = Stickers.of(setting.find("emoji-captions"), setting.quick() ? 8 : 60);
        CaptionWords words = new CaptionWords(stickers);
        IntFunction<Scene> seen = i -> Scene.seen(stickers, most, setting.seed(), i);
        IntFunction<Scene> unseen = i -> Scene.unseen(stickers, most, setting.seed(), i);
        List<Scene> tests = IntStream.range(0, 1000).mapToObj(unseen).toList();
        Page page = setting.page("Captions of pictures, and where attention looks", "pictures composed of "
                + stickers.names().size() + " kinds of " + stickers.source());
        page.section("Attention in vision").text("Convolutions make a map of the picture: x(i) is what stands at place"
                + " i of 8 × 8. The decoder writes a word at a time, and looks at the map anew for each. Its state h"
                + " knows the words so far and where it looked for them, but not what it saw there.")
                .code("h(t)    = GRU(h(t − 1); word(t − 1), a(t − 1, ·))\n"
                        + "a(t, ·) = softmaxᵢ(v · tanh(Q h(t) + M x(i)))        c(t) = Σᵢ a(t, i) x(i)\n"
                        + "word(t) = softmax(scores(h(t), c(t)))")
                .text("Things are named from left to right; of neighbours it is said whether the left one is above,"
                        + " below or beside the right one. A tenth of all pairs of kinds is never together in a picture"
                        + " to train on; each of the " + tests.size() + " pictures to test on has such a pair, so that"
                        + " its combination was never seen. Exact: right to the last word. Looked at: how often, as a"
                        + " name is written, the middle of the place with the largest weight lies on that thing.");
        LinePlot losses = new LinePlot(
                Axis.linear("trained", "thousands of batches"), Axis.linear("loss", "nats per word"));
        Table table = new Table("Captions", "Exact", "Things named", "Looked at");
        Model attending = train(setting, words, seen, true, losses);
        CaptionScore score = score(setting, "with attention", table, attending, words, tests);
        if (!setting.quick()) {
            score(setting, "with the mean of the map", table,
                    train(setting, words, seen, false, losses), words, tests);
        }
        NearestPicture nearest = new NearestPicture(IntStream.range(0, 3000).mapToObj(seen).toList());
        say(setting, "of the nearest of 3000", table, nearest.score(tests));
        page.figure("Captions of combinations never seen", table).figure("While they are trained", losses);
        page.section("Word by word: dark where it does not look");
        Session session = attending.newSession();
        for (Scene scene : tests.subList(0, 6)) {
            List<String> written = write(session, scene, words);
            String said = String.join(" ", written);
            String right = String.join(" ", scene.caption());
            page.figure(said + (said.equals(right) ? " ✓" : " ✗ should be: " + right), new AttendedPicture(
                    "test-" + tests.indexOf(scene), scene.pixels(), written, session.output("attention")));
        }
        page.check(Check.atLeast("captions of combinations never seen that are exact", score.exact(),
                setting.quick() ? 0.5 : 0.85));
        page.check(Check.atLeast("looks at what it names", score.looked(), setting.quick() ? 0.8 : 0.9));
        return page;
    }

    private static Model train(
            Setting setting, CaptionWords words, IntFunction<Scene> seen, boolean attends, LinePlot losses)
            throws IOException {
        String name = "captioning" + (attends ? "" : "-mean");
        CaptionNetwork captioner = new CaptionNetwork(words.size(), attends);
        Network network = captioner.training(setting.seed());
        Trainer trainer = Trainer.of(Training.model(name, network));
        int count = CaptionNetwork.BATCH * 100 * setting.epochs(100, 14);
        setting.say("%s: trains on %d pictures", name, count);
        LossCurve curve = new LossCurve(setting.quick() ? 50 : 500);
        Batching batching = Batching.of(CaptionNetwork.BATCH).mostPadding(1).prefetched(true);
        trainer.fit(words.dataset(count, seen), FitOptions.of(1, batching)
                .schedule(Schedule.oneCycle(0.003)).listener(ProgressBar.ofConsole()).listener(curve));
        curve.addTo(losses, attends ? "with attention" : "with the mean");
        return Training.saved(setting, name, captioner.writing(Training.trained(network, trainer)));
    }

    private static CaptionScore score(
            Setting setting, String by, Table table, Model model, CaptionWords words, List<Scene> tests) {
        Session session = model.newSession();
        CaptionScore score = new CaptionScore();
        for (Scene scene : tests) {
            score.add(scene, write(session, scene, words), session.output("attention"));
        }
        say(setting, by, table, score);
        return score;
    }

    private static void say(Setting setting, String by, Table table, CaptionScore score) {
        setting.say("captions %s: %.1f %% exact, %.1f %% of things named", by, 100 * score.exact(),
                100 * score.named());
        score.addTo(table, by);
    }

    /** The words up to the end; where it looked for each is the session's output {@code attention}. */
    private static List<String> write(Session session, Scene scene, CaptionWords words) {
        session.input("picture").set(scene.pixels());
        session.run();
        return words.written(session.output("words"));
    }
}
