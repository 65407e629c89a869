package dev.lanewise.samples.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;

/**
 * Sentences with a part of speech for each word, as Universal Dependencies have them (English Web Treebank).
 *
 * @param about what stands below figures
 */
public record TaggedText(String about, boolean generated, List<Sentence> train, List<Sentence> held) {

    /** The universal tags, in the order of their ids. */
    public static final List<String> TAGS = List.of(
            "NOUN", "PUNCT", "VERB", "PRON", "ADP", "DET", "PROPN", "ADJ", "AUX", "ADV", "CCONJ", "PART", "SCONJ",
            "NUM", "INTJ", "SYM", "X");

    /** Words of the longest sentence; what is behind them is cut. */
    public static final int LONGEST = 200;
    private static final int WORD = 1;
    private static final int TAG = 3;
    private static final int COLUMNS = 10;
    private static final String[][] PHRASE = {
        {"DET", "the", "a", "every", "this"}, {"ADJ", "green", "readable", "careful", "hopeless"},
        {"NOUN", "dog", "nation", "kindness", "reader"}, {"VERB", "walks", "simplifies", "waited", "hopes"},
        {"ADV", "slowly", "kindly", "often", "carefully"}, {"PUNCT", ".", "!"}};

    /**
     * Words and the tag of each.
     *
     * @param tags ids, [words]
     */
    public record Sentence(List<String> words, int[] tags) {}

    /** The folder {@code pos-ud-ewt}: what is to be trained on and what is held out. */
    public static TaggedText read(Path folder) {
        return new TaggedText("pos-ud-ewt, half of the training part of Universal Dependencies' English Web Treebank,"
                + " judged on its development part", false, sentences(folder.resolve("en_ewt-train-half.conllu.gz")),
                sentences(folder.resolve("en_ewt-ud-dev.conllu.gz")));
    }

    /** The sentences of a CoNLL-U file; parts of words that stand for several, and empty words, are left out. */
    private static List<Sentence> sentences(Path file) {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            List<Sentence> sentences = new ArrayList<>();
            List<String[]> rows = new ArrayList<>();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] columns = line.split("\t");
                if (columns.length == COLUMNS && columns[0].chars().allMatch(Character::isDigit)) {
                    rows.add(columns);
                }
                if (line.isEmpty() && !rows.isEmpty()) {
                    sentences.add(sentence(file, rows.subList(0, Math.min(LONGEST, rows.size()))));
                    rows.clear();
                }
            }
            return sentences;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Sentence sentence(Path file, List<String[]> rows) throws IOException {
        int[] tags = rows.stream().mapToInt(row -> TAGS.indexOf(row[TAG])).toArray();
        for (int i = 0; i < tags.length; i++) {
            if (tags[i] < 0) {
                throw new IOException(file + ": '" + rows.get(i)[TAG] + "' of the word '" + rows.get(i)[WORD]
                        + "' is not one of " + TAGS);
            }
        }
        return new Sentence(rows.stream().map(row -> row[WORD]).toList(), tags);
    }

    /** Of the ids of tags. */
    public static List<String> names(int[] tags) {
        return Arrays.stream(tags).mapToObj(TAGS::get).toList();
    }

    /** The share of padding, were batches in the order of the text filled up to their longest sentence. */
    public double padding(int batch) {
        long words = 0;
        long reserved = 0;
        for (int from = 0; from < train.size(); from += batch) {
            List<Sentence> rows = train.subList(from, Math.min(train.size(), from + batch));
            words += rows.stream().mapToInt(sentence -> sentence.tags.length).sum();
            reserved += (long) rows.size() * rows.stream().mapToInt(sentence -> sentence.tags.length).max().orElse(0);
        }
        return 1 - (double) words / reserved;
    }

    /** Made of a few words. */
    public static TaggedText generated(long seed) {
        Random random = new Random(seed);
        List<Sentence> all = new ArrayList<>();
        for (int i = 0; i < 1100; i++) {
            List<String> words = new ArrayList<>();
            List<Integer> tags = new ArrayList<>();
            for (String[] choice : PHRASE) {
                if (words.isEmpty() || random.nextInt(4) > 0) {
                    words.add(choice[1 + random.nextInt(choice.length - 1)]);
                    tags.add(TAGS.indexOf(choice[0]));
                }
            }
            all.add(new Sentence(words, tags.stream().mapToInt(Integer::intValue).toArray()));
        }
        return new TaggedText("generated phrases", true, all.subList(0, 1000), all.subList(1000, 1100));
    }
}
