package dev.lanewise.samples.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A text by its characters, of which the last tenth is held out.
 *
 * @param about what stands below figures
 * @param ids of all characters, {@code [characters]}
 */
public record PlainText(String about, boolean generated, Vocabulary characters, int[] ids) {

    private static final int QUICK = 90_000;
    private static final List<String> SPEAKERS = List.of("FIRST MAID", "THE KING", "A FOOL");
    private static final List<String> WORDS = List.of("my", "lord", "the", "crown", "is", "lost", "who", "knows");

    /** The folder {@code tinyshakespeare}; the beginning alone where it is to be quick. */
    public static PlainText read(Path folder, boolean quick) {
        try {
            String text = Files.readString(folder.resolve("input.txt"));
            return of("tinyshakespeare" + (quick ? ", its beginning" : ""), false,
                    quick ? text.substring(0, Math.min(QUICK, text.length())) : text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A play of a few words. */
    public static PlainText generated(long seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        while (text.length() < QUICK) {
            text.append(SPEAKERS.get(random.nextInt(SPEAKERS.size()))).append(":\n");
            int words = 3 + random.nextInt(6);
            for (int i = 0; i < words; i++) {
                text.append(i == 0 ? "" : " ").append(WORDS.get(random.nextInt(WORDS.size())));
            }
            text.append(".\n\n");
        }
        return of("generated lines of a play", true, text.toString());
    }

    private static PlainText of(String about, boolean generated, String text) {
        List<String> characters = text.codePoints().mapToObj(Character::toString).toList();
        Vocabulary vocabulary = Vocabulary.of(characters.stream(), 1);
        int[] ids = vocabulary.ids(characters);
        return new PlainText(about + ": " + cut(ids) + " characters to train, " + (ids.length - cut(ids))
                + " held out at the end", generated, vocabulary, ids);
    }

    private static int cut(int[] ids) {
        return ids.length / 10 * 9;
    }

    /** Ids of what is to be trained on, [characters]. */
    public int[] train() {
        return Arrays.copyOf(ids, cut(ids));
    }

    /** Ids of what is held out, [characters]. */
    public int[] held() {
        return Arrays.copyOfRange(ids, cut(ids), ids.length);
    }
}
