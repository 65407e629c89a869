package dev.lanewise.samples.data;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Words by id, and back: 0 pads, 1 is every word that is not known, frequent ones come first. Immutable. */
public final class Vocabulary {

    /** The id that fills up. */
    public static final int PADDING = 0;
    /** The id of every word that is not known. */
    public static final int UNKNOWN = 1;

    private final List<String> words;
    private final Map<String, Integer> ids = new HashMap<>();

    private Vocabulary(List<String> words) {
        this.words = words;
        for (int id = 0; id < words.size(); id++) {
            ids.put(words.get(id), id);
        }
    }

    /** Of all that occur at least {@code least} times. */
    public static Vocabulary of(Stream<String> text, int least) {
        Map<String, Long> counts = text.collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        Stream<String> known = counts.entrySet().stream()
                .filter(entry -> entry.getValue() >= least)
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey);
        return new Vocabulary(Stream.concat(Stream.of("", "\u0000"), known).toList());
    }

    /** How many ids there are, with those two. */
    public int size() {
        return words.size();
    }

    /** Of a word. */
    public int id(String word) {
        return ids.getOrDefault(word, UNKNOWN);
    }

    /** Of each word, [words]. */
    public int[] ids(List<String> text) {
        return text.stream().mapToInt(this::id).toArray();
    }

    /** Words, with a mark at those that are not known. */
    public List<String> marked(List<String> text) {
        return text.stream().map(word -> ids.containsKey(word) ? word : word + "*").toList();
    }

    /** That has an id. */
    public String word(int id) {
        return words.get(id);
    }
}
