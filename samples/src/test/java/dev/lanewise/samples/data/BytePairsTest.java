package dev.lanewise.samples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BytePairsTest {

    /** The counts of Sennrich, Haddow and Birch's example: low, lower, newest, widest. */
    private static Stream<String> words() {
        return Stream.of("low ".repeat(5), "lower ".repeat(2), "newest ".repeat(6), "widest ".repeat(3));
    }

    private static List<String> pieces(BytePairs learnt, String text) {
        return Arrays.stream(learnt.encode(text)).mapToObj(learnt::piece).toList();
    }

    /** Most often beside each other: e s and s t (9 times; the first by its characters), then es t. */
    @Test
    void joinsWhatStandsTogetherMostOften() {
        int characters = 4 + 11; // marks; the blank and d e i l n o r s t w
        assertEquals(characters, BytePairs.learn(words(), 0).size());
        BytePairs learnt = BytePairs.learn(words(), characters + 2);
        assertEquals(List.of("es", "est"), List.of(learnt.piece(characters), learnt.piece(characters + 1)));
        assertEquals(List.of(" ", "l", "o", "w", "est"), pieces(learnt, "lowest"));
    }

    /** The same counts made anew before each join, which is slow and simple. */
    @Test
    void agreesWithCountingAnew() {
        List<String> lines = ParallelText.generated(60, 2, 5).german();
        BytePairs learnt = BytePairs.learn(lines.stream(), 150);
        List<List<String>> words = lines.stream().flatMap(line -> Arrays.stream((" " + line.replace(".", ""))
                        .split("(?= )")))
                .map(word -> word.codePoints().mapToObj(Character::toString).collect(Collectors.toList())).toList();
        int first = IntStream.range(4, learnt.size())
                .filter(i -> learnt.piece(i).length() > 1).findFirst().orElseThrow();
        for (int piece = first; piece < learnt.size(); piece++) {
            var counts = words.stream()
                    .flatMap(word -> IntStream.range(1, word.size()).mapToObj(i -> word.get(i - 1) + "+" + word.get(i)))
                    .collect(Collectors.groupingBy(pair -> pair, Collectors.counting()));
            long most = counts.values().stream().mapToLong(count -> count).max().orElseThrow();
            String joined = learnt.piece(piece);
            String pair = counts.keySet().stream()
                    .filter(key -> counts.get(key) == most && key.replace("+", "").equals(joined)).findFirst()
                    .orElseThrow(() -> new AssertionError("'" + joined + "' is no pair that is there most often"));
            words.forEach(word -> {
                for (int i = 1; i < word.size(); i++) {
                    if ((word.get(i - 1) + "+" + word.get(i)).equals(pair)) {
                        word.set(i - 1, joined);
                        word.remove(i);
                    }
                }
            });
        }
    }

    @Test
    void textComesBack() {
        BytePairs learnt = BytePairs.learn(words(), 30);
        assertEquals("newer lowest", learnt.decode(learnt.encode("newer  lowest ")));
        assertArrayEquals(new int[] {BytePairs.UNKNOWN}, Arrays.stream(learnt.encode("x")).skip(1).toArray());
        assertEquals("low", learnt.decode(IntStream.concat(IntStream.of(BytePairs.BEGIN),
                IntStream.concat(Arrays.stream(learnt.encode(" low ")), IntStream.of(BytePairs.END))).toArray()));
        ParallelText text = ParallelText.generated(50, 3, 1);
        BytePairs both = BytePairs.learn(Stream.concat(text.german().stream(), text.english().stream()), 400);
        text.german().forEach(line -> assertEquals(line, both.decode(both.encode(line))));
        assertTrue(both.encode(text.german().get(0)).length < 12, "words are pieces");
    }
}
