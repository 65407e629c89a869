package dev.lanewise.samples.evaluate;

import dev.lanewise.runtime.generate.Sampling;
import dev.lanewise.samples.NextSymbol;
import dev.lanewise.samples.Setting;
import dev.lanewise.samples.data.Vocabulary;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.LinePlot;
import dev.lanewise.samples.page.Page;
import dev.lanewise.samples.page.Verbatim;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** What a model of characters writes, by temperature and top-p, and what these do to its probabilities. */
public final class Writings {

    private static final String BEGINNING = "\n\nKING ";
    private static final String BEFORE = "What is the m";
    private static final int WRITTEN = 320;
    private static final int RANKS = 10;
    private static final List<Sampling> WAYS = List.of(Sampling.PLAIN, new Sampling(0.5, 1), new Sampling(1, 0.9));

    private Writings() {}

    /** A figure with a text of each way, for one network. */
    public static void show(Setting setting, Page page, String title, NextSymbol model, Vocabulary characters) {
        for (Sampling way : WAYS) {
            int[] ids = model.write(ids(BEGINNING, characters), WRITTEN, way, setting.seed());
            String text = Arrays.stream(ids).mapToObj(characters::word).collect(Collectors.joining());
            page.figure(title + ", " + name(way), new Verbatim(text.strip()));
            if (way == Sampling.PLAIN) {
                setting.say("%s", text.strip().indent(4));
            }
        }
    }

    /** The probabilities of what may come next, the most likely first. */
    public static LinePlot probabilities(NextSymbol model, Vocabulary characters) {
        model.reset();
        float[] scores = {};
        for (int id : ids(BEFORE, characters)) {
            scores = model.read(id);
        }
        double[] ranks = IntStream.rangeClosed(1, RANKS).asDoubleStream().toArray();
        LinePlot plot = new LinePlot(Axis.linear("rank after “" + BEFORE + "”", "characters"),
                Axis.linear("probability", "share")).ticks(ranks);
        for (Sampling way : WAYS) {
            double[] p = way.probabilities(scores);
            plot.curve(name(way), ranks,
                    DoubleStream.of(p).map(x -> -x).sorted().limit(RANKS).map(x -> -x).toArray());
        }
        return plot;
    }

    private static String name(Sampling way) {
        return "temperature " + way.temperature() + (way.topP() < 1 ? ", top-p " + way.topP() : "");
    }

    private static int[] ids(String text, Vocabulary characters) {
        return characters.ids(text.chars().mapToObj(Character::toString).toList());
    }
}
