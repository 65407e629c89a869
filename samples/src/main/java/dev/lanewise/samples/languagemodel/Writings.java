package dev.lanewise.samples.languagemodel;

import dev.lanewise.samples.Setting;
import dev.lanewise.samples.data.Vocabulary;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.LinePlot;
import dev.lanewise.samples.page.Page;
import dev.lanewise.samples.page.Verbatim;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** What a language model writes, by temperature and top-p, and what these do to its probabilities. */
final class Writings {

    private static final String BEGINNING = "\n\nKING ";
    private static final String BEFORE = "What is the m";
    private static final int WRITTEN = 320;
    private static final int RANKS = 10;
    private static final double[][] WAYS = {{1, 1}, {0.5, 1}, {1, 0.9}};

    private Writings() {}

    /** A figure with a text of each way, for one network. */
    static void show(Setting setting, Page page, String title, NextCharacter model, Vocabulary characters) {
        for (double[] way : WAYS) {
            int[] ids = model.write(ids(BEGINNING, characters), WRITTEN, way[0], way[1], setting.seed());
            String text = Arrays.stream(ids).mapToObj(characters::word).collect(Collectors.joining());
            page.figure(title + ", " + name(way), new Verbatim(text.strip()));
            if (way == WAYS[0]) {
                setting.say("%s", text.strip().indent(4));
            }
        }
    }

    /** The probabilities of what may come next, the most likely first. */
    static LinePlot probabilities(NextCharacter model, Vocabulary characters) {
        model.reset();
        float[] scores = {};
        for (int id : ids(BEFORE, characters)) {
            scores = model.read(id);
        }
        double[] ranks = IntStream.rangeClosed(1, RANKS).asDoubleStream().toArray();
        LinePlot plot = new LinePlot(Axis.linear("rank after “" + BEFORE + "”", "characters"),
                Axis.linear("probability", "share")).ticks(ranks);
        for (double[] way : WAYS) {
            double[] p = NextCharacter.probabilities(scores, way[0], way[1]);
            plot.curve(name(way), ranks,
                    DoubleStream.of(p).map(x -> -x).sorted().limit(RANKS).map(x -> -x).toArray());
        }
        return plot;
    }

    private static String name(double[] way) {
        return "temperature " + way[0] + (way[1] < 1 ? ", top-p " + way[1] : "");
    }

    private static int[] ids(String text, Vocabulary characters) {
        return text.chars().mapToObj(Character::toString).mapToInt(characters::id).toArray();
    }
}
