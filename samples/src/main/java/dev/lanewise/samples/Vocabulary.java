package dev.lanewise.samples;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Words by id, and back: 0 pads, 1 is every word that is not known, frequent ones come first. Immutable. */
final class Vocabulary {

    static final int PADDING = 0;
    static final int UNKNOWN = 1;
    private final List<String> words;
    private final Map<String, Integer> ids = new HashMap<>();

    private Vocabulary(List<String> words) {
        this.words = words;
        for (int id = 0; id < words.size(); id++) {
            ids.put(words.get(id), id);
        }
    }

    /** Of all that occur at least {@code least} times. */
    static Vocabulary of(Stream<String> text, int least) {
        Map<String, Long> counts = text.collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        Stream<String> known = counts.entrySet().stream()
                .filter(entry -> entry.getValue() >= least)
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey);
        return new Vocabulary(Stream.concat(Stream.of("", "\u0000"), known).toList());
    }

    int size() {
        return words.size();
    }

    int id(String word) {
        return ids.getOrDefault(word, UNKNOWN);
    }

    int[] ids(List<String> text) {
        return text.stream().mapToInt(this::id).toArray();
    }

    String word(int id) {
        return words.get(id);
    }
}
