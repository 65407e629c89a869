package dev.lanewise.samples.data;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The words of captions by id, and back; a name is one word. 0 stands before the first word and fills up, 1 ends.
 * Immutable.
 */
public final class CaptionWords {

    public static final int END = 1;

    private static final List<String> ARTICLES = List.of("a", "an");

    private final List<String> words;
    private final Map<String, Integer> ids = new HashMap<>();

    public CaptionWords(Stickers stickers) {
        words = Stream.of(Stream.of("", "."), ARTICLES.stream(), Scene.RELATIONS.stream(), stickers.names().stream())
                .flatMap(part -> part)
                .toList();
        words.forEach(word -> ids.put(word, ids.size()));
    }

    public int size() {
        return words.size();
    }

    /** Ids of words, and the end: (words + 1). */
    public int[] expected(List<String> caption) {
        return Stream.concat(caption.stream(), Stream.of(".")).mapToInt(ids::get).toArray();
    }

    /** Of each word of {@link #expected} the id of the one before it: (words + 1). */
    public int[] before(List<String> caption) {
        return Stream.concat(Stream.of(""), caption.stream()).mapToInt(ids::get).toArray();
    }

    public String word(int id) {
        return words.get(id);
    }

    static boolean isName(String word) {
        return !ARTICLES.contains(word) && !Scene.RELATIONS.contains(word);
    }
}
