package dev.lanewise.samples.data;

import dev.lanewise.runtime.Tensor;
import dev.lanewise.runtime.train.Dataset;
import dev.lanewise.runtime.train.Example;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
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

    /** Pictures to train on, made when they are asked for: {@code picture}, the words {@code before} and expected. */
    public Dataset dataset(int count, IntFunction<Scene> source) {
        Example example = new Example();
        return Dataset.of(count, index -> {
            Scene scene = source.apply(index);
            return example.floats("picture", scene.pixels()).ints("before", before(scene.caption()))
                    .ints("expected", expected(scene.caption()));
        });
    }

    /** The words that a model wrote, {@code [1, words]} of I64, up to the end. */
    public List<String> written(Tensor ids) {
        return Arrays.stream(ids.longs(), ids.offset(), ids.offset() + ids.size())
                .takeWhile(id -> id != END)
                .mapToObj(id -> word((int) id))
                .toList();
    }

    public String word(int id) {
        return words.get(id);
    }

    /** Whether a word names a thing. */
    public static boolean isName(String word) {
        return !ARTICLES.contains(word) && !Scene.RELATIONS.contains(word);
    }
}
