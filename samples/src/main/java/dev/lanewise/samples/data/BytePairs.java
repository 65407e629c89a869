package dev.lanewise.samples.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Byte-pair encoding (Sennrich, Haddow, Birch 2016): text to pieces of words and back. Begins with characters and
 * joins, again and again, the two that stand beside each other most often. A blank belongs to the word behind it, so
 * that the pieces, put together, are the text. For one thread.
 */
public final class BytePairs {

    public static final int PADDING = 0;
    public static final int BEGIN = 1;
    public static final int END = 2;
    public static final int UNKNOWN = 3;
    private static final List<String> MARKS = List.of("<padding>", "<begin>", "<end>", "<unknown>");
    private static final Pattern WORD = Pattern.compile(" ?[\\p{L}\\p{M}\\p{N}]+| ?[^\\s\\p{L}\\p{M}\\p{N}]");

    private record Pair(int left, int right) {}

    private final List<String> pieces = new ArrayList<>(MARKS);
    private final Map<String, Integer> ids = new HashMap<>();
    /** What two pieces are joined to; the lowest number is joined first. */
    private final Map<Pair, Integer> joined = new HashMap<>();
    private final Map<String, int[]> known = new HashMap<>();

    private BytePairs() {}

    /** Learns from text until there are so many pieces, or no pair is there twice. */
    public static BytePairs learn(Stream<String> lines, int size) {
        BytePairs learnt = new BytePairs();
        Map<String, Integer> counts = new TreeMap<>();
        lines.flatMap(BytePairs::words).forEach(word -> counts.merge(word, 1, Integer::sum));
        counts.keySet().stream().flatMapToInt(String::codePoints).distinct().sorted()
                .forEach(character -> learnt.add(Character.toString(character)));
        learnt.ids.put(MARKS.get(UNKNOWN), UNKNOWN);
        learnt.join(counts, size);
        return learnt;
    }

    private void join(Map<String, Integer> counts, int size) {
        List<int[]> words = new ArrayList<>(counts.keySet().stream().map(this::characters).toList());
        int[] often = counts.values().stream().mapToInt(count -> count).toArray();
        Map<Pair, Integer> pairs = new HashMap<>();
        Map<Pair, Set<Integer>> places = new HashMap<>(); // words that have, or had, the pair
        for (int word = 0; word < often.length; word++) {
            count(words.get(word), often[word], word, pairs, places);
        }
        PriorityQueue<Map.Entry<Pair, Integer>> order = new PriorityQueue<>(Map.Entry
                .<Pair, Integer>comparingByValue().reversed()
                .thenComparing(entry -> entry.getKey().left).thenComparing(entry -> entry.getKey().right));
        pairs.forEach((pair, count) -> order.add(Map.entry(pair, count)));
        while (pieces.size() < size && !order.isEmpty() && order.peek().getValue() > 1) {
            var best = order.poll();
            Pair pair = best.getKey();
            if (!best.getValue().equals(pairs.get(pair))) {
                continue; // it was counted again since
            }
            joined.put(pair, add(pieces.get(pair.left) + pieces.get(pair.right)));
            Map<Pair, Integer> changed = new HashMap<>();
            for (int word : places.remove(pair)) {
                count(words.get(word), -often[word], word, changed, places);
                words.set(word, replace(words.get(word), pair));
                count(words.get(word), often[word], word, changed, places);
            }
            changed.forEach((other, more) -> order.add(Map.entry(other, pairs.merge(other, more, Integer::sum))));
        }
    }

    private static void count(
            int[] word, int often, int place, Map<Pair, Integer> pairs, Map<Pair, Set<Integer>> places) {
        for (int i = 1; i < word.length; i++) {
            Pair pair = new Pair(word[i - 1], word[i]);
            pairs.merge(pair, often, Integer::sum);
            if (often > 0) {
                places.computeIfAbsent(pair, any -> new HashSet<>()).add(place);
            }
        }
    }

    private int[] replace(int[] word, Pair pair) {
        int n = 0;
        int[] shorter = new int[word.length];
        for (int i = 0; i < word.length; i++) {
            boolean here = i + 1 < word.length && word[i] == pair.left && word[i + 1] == pair.right;
            shorter[n++] = here ? joined.get(pair) : word[i];
            i += here ? 1 : 0;
        }
        return Arrays.copyOf(shorter, n);
    }

    private int add(String piece) {
        ids.putIfAbsent(piece, pieces.size());
        pieces.add(piece);
        return pieces.size() - 1;
    }

    private static Stream<String> words(String line) {
        return WORD.matcher(" " + line.strip()).results().map(MatchResult::group);
    }

    private int[] characters(String word) {
        return word.codePoints().map(c -> ids.getOrDefault(Character.toString(c), UNKNOWN)).toArray();
    }

    /** The ids of a text's pieces. */
    public int[] encode(String line) {
        return words(line).flatMapToInt(word -> Arrays.stream(known.computeIfAbsent(word, this::split))).toArray();
    }

    private int[] split(String word) {
        int[] split = characters(word);
        while (true) {
            int[] now = split;
            Pair first = IntStream.range(1, now.length)
                    .mapToObj(i -> new Pair(now[i - 1], now[i]))
                    .filter(joined::containsKey)
                    .min(Comparator.comparing(joined::get))
                    .orElse(null);
            if (first == null) {
                return split;
            }
            split = replace(split, first);
        }
    }

    /** The text of pieces; marks are left out. */
    public String decode(int... encoded) {
        return Arrays.stream(encoded).filter(id -> id >= MARKS.size()).mapToObj(pieces::get)
                .collect(Collectors.joining()).strip();
    }

    /** A piece as text, with its blank. */
    public String piece(int id) {
        return pieces.get(id);
    }

    /** How many pieces there are, marks among them. */
    public int size() {
        return pieces.size();
    }
}
