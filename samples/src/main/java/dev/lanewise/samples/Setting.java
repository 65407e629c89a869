package dev.lanewise.samples;

import dev.lanewise.samples.page.Page;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a sample is to run.
 *
 * @param seed of weights, of what is drawn, and of generated data
 * @param quick whether less is trained, so that it takes under a minute
 * @param epochs 0 where the sample decides
 * @param data where reference data is; {@code null} where nobody said
 * @param folder for model files and the page
 * @param out what people read
 */
public record Setting(long seed, boolean quick, int epochs, Path data, Path folder, PrintWriter out) {

    /** {@code usual} epochs, or {@code few} where it is to be quick; what was asked for goes before both. */
    public int epochs(int usual, int few) {
        return epochs > 0 ? epochs : quick ? few : usual;
    }

    /** A page that states seed and data. */
    public Page page(String title, String data) {
        return page(title, data, 1);
    }

    /** A page that states so many seeds, from this one on, and data. */
    public Page page(String title, String data, int seeds) {
        String which = seeds == 1 ? "Seed " + seed : "Seeds " + seed + " to " + (seed + seeds - 1);
        return new Page(title, which + (quick ? ", quick" : "") + ". Data: " + data + ".");
    }

    public void say(String format, Object... values) {
        out.printf(Locale.ROOT, format + "%n", values);
        out.flush();
    }

    /**
     * A folder of data, such as {@code movie-reviews}: where {@code --data} says, else the variable {@code
     * LANEWISE_DATA}, else in {@code ../shared/data}. Where there is none, that is said, and the sample generates some.
     *
     * @throws IllegalArgumentException where somebody said where it is, and it is not there
     */
    public Optional<Path> find(String name) {
        String variable = System.getenv("LANEWISE_DATA");
        List<Path> places = data != null ? List.of(data)
                : variable != null ? List.of(Path.of(variable)) : List.of(Path.of("..", "shared", "data"));
        Optional<Path> found = places.stream()
                .flatMap(place -> Stream.of(place.resolve(name), place.resolve("data").resolve(name)))
                .filter(Files::isDirectory)
                .findFirst();
        if (found.isEmpty() && data != null) {
            throw new IllegalArgumentException("--data " + data + ": has no folder '" + name + "'");
        }
        if (found.isEmpty()) {
            say("No %s in %s (--data says where it is): trains on a small generated set.", name,
                    places.get(0));
        }
        return found;
    }
}
