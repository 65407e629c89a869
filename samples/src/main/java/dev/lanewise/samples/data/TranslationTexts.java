package dev.lanewise.samples.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a translator learns from, is held out and is tested on, and the pieces of words of both languages. For one
 * thread.
 *
 * @param title for people
 */
public record TranslationTexts(
        String title, boolean real, ParallelText training, ParallelText held, ParallelText test, BytePairs pieces) {

    /** Multi30k with its test set of 2016; or where there is none, small generated sets. */
    public static TranslationTexts of(Optional<Path> folder, long seed) throws IOException {
        if (folder.isEmpty()) {
            return of("generated sentences", false, ParallelText.generated(3000, 3, seed),
                    ParallelText.generated(100, 3, seed + 1000), ParallelText.generated(100, 3, seed + 2000), 400);
        }
        return of("Multi30k, German to English, test 2016", true, ParallelText.read(folder.get(), "train"),
                ParallelText.read(folder.get(), "val"), ParallelText.read(folder.get(), "test_2016_flickr"), 4000);
    }

    private static TranslationTexts of(
            String title, boolean real, ParallelText training, ParallelText held, ParallelText test, int pieces) {
        Stream<String> all = Stream.concat(training.german().stream(), training.english().stream());
        return new TranslationTexts(title, real, training, held, test, BytePairs.learn(all, pieces));
    }
}
