package dev.lanewise.samples.data;

import dev.lanewise.runtime.train.Dataset;
import dev.lanewise.runtime.train.Example;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/**
 * Sentences in German and English, line by line: Multi30k (Elliott and others 2016), or generated ones.
 *
 * @param german (sentences)
 * @param english (sentences)
 */
public record ParallelText(List<String> german, List<String> english) {

    public ParallelText {
        if (german.size() != english.size() || german.isEmpty()) {
            throw new IllegalArgumentException(
                    german.size() + " German and " + english.size() + " English sentences; expected as many, and some");
        }
    }

    /** Reads {@code NAME.de.gz} and {@code NAME.en.gz}. */
    public static ParallelText read(Path folder, String name) throws IOException {
        return new ParallelText(lines(folder.resolve(name + ".de.gz")), lines(folder.resolve(name + ".en.gz")));
    }

    private static List<String> lines(Path file) throws IOException {
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            return reader.lines().map(String::strip).toList();
        }
    }

    public int size() {
        return german.size();
    }

    /** The places of German sentences, the longest first. */
    public int[] longestFirst() {
        return IntStream.range(0, size()).boxed()
                .sorted((i, j) -> german.get(j).length() - german.get(i).length())
                .mapToInt(i -> i)
                .toArray();
    }

    /** The places of the first German sentences of at most so many pieces. */
    public int[] firstShort(int count, int mostPieces, BytePairs pieces) {
        return IntStream.range(0, size())
                .filter(i -> pieces.encode(german.get(i)).length <= mostPieces)
                .limit(count)
                .toArray();
    }

    /** Pairs of at most so many pieces, with the ends: {@code sentences}, and the pieces {@code before} and after. */
    public Dataset dataset(BytePairs pieces, int longest) {
        int[][] sentences = german.stream().map(pieces::encode).toArray(int[][]::new);
        int[][] translations = english.stream().map(pieces::encode).toArray(int[][]::new);
        int[] kept = IntStream.range(0, size())
                .filter(i -> sentences[i].length <= longest && translations[i].length < longest)
                .toArray();
        Example example = new Example();
        return Dataset.of(kept.length, index -> {
            int[] translation = translations[kept[index]];
            int n = translation.length;
            int[] before = new int[n + 1];
            before[0] = BytePairs.BEGIN;
            System.arraycopy(translation, 0, before, 1, n);
            int[] after = Arrays.copyOf(translation, n + 1);
            after[n] = BytePairs.END;
            return example.ints("sentences", sentences[kept[index]]).ints("before", before).ints("after", after);
        });
    }

    // What stands at one place in one language stands there in the other
    private static final String[][] WHO = {
        {"ein Mann", "a man"}, {"eine Frau", "a woman"}, {"ein Kind", "a child"}, {"ein Hund", "a dog"},
        {"der Koch", "the cook"}, {"die Lehrerin", "the teacher"}, {"mein Bruder", "my brother"}};
    private static final String[][] DOES = {
        {"trägt", "carries"}, {"sieht", "sees"}, {"malt", "paints"}, {"sucht", "looks for"}, {"zeigt", "shows"}};
    private static final String[][] WHAT = {
        {"Ball", "ball"}, {"Hut", "hat"}, {"Stuhl", "chair"}, {"Korb", "basket"}, {"Stein", "stone"},
        {"Brief", "letter"}};
    private static final String[][] HOW = {
        {"roten", "red"}, {"großen", "big"}, {"alten", "old"}, {"kleinen", "small"}, {"neuen", "new"}};
    private static final String[][] WHERE = {
        {"im Park", "in the park"}, {"am Strand", "at the beach"}, {"vor dem Haus", "in front of the house"},
        {"auf der Straße", "on the street"}, {"im Schnee", "in the snow"}, {"heute", "today"}};

    /** So many generated sentences of one to {@code most} clauses; the German ones say first where. */
    public static ParallelText generated(int count, int most, long seed) {
        Random random = new Random(seed * 0x9e3779b97f4a7c15L);
        List<String[]> pairs = IntStream.range(0, count).mapToObj(i -> sentence(1 + i % most, random)).toList();
        return new ParallelText(
                pairs.stream().map(pair -> pair[0]).toList(), pairs.stream().map(pair -> pair[1]).toList());
    }

    private static String[] sentence(int clauses, Random random) {
        StringJoiner german = new StringJoiner(" und ", "", ".");
        StringJoiner english = new StringJoiner(" and ", "", ".");
        for (int i = 0; i < clauses; i++) {
            String[] who = any(WHO, random);
            String[] does = any(DOES, random);
            String[] how = any(HOW, random);
            String[] what = any(WHAT, random);
            String[] where = any(WHERE, random);
            german.add(String.join(" ", where[0], does[0], who[0], "einen", how[0], what[0]));
            english.add(String.join(" ", who[1], does[1], how[1].equals("old") ? "an" : "a", how[1], what[1],
                    where[1]));
        }
        return new String[] {german.toString(), english.toString()};
    }

    private static String[] any(String[][] of, Random random) {
        return of[random.nextInt(of.length)];
    }
}
