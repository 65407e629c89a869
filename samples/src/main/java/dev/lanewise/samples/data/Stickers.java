package dev.lanewise.samples.data;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;

/**
 * Kinds of things to compose pictures of, each with a name and a small picture: emoji, or shapes that are drawn.
 * Immutable.
 *
 * @param source where they come from, for people
 * @param names such as {@code green apple}
 * @param pixels [kind] (SIZE, SIZE, 4): red, green and blue, times the opacity, and the opacity; all from 0 to 1
 */
public record Stickers(String source, List<String> names, List<float[]> pixels) {

    static final int SIZE = 32;

    /** Kinds that can be told apart when they are 16 pixels large and turned. */
    private static final List<String> EMOJI = List.of(
            "cat", "bicycle", "green apple", "owl", "rocket", "sunflower", "elephant", "bus", "strawberry", "penguin",
            "guitar", "red heart", "crab", "castle", "banana", "octopus", "airplane", "cactus", "dog", "drum",
            "watermelon", "snake", "sailboat", "tulip", "frog", "key", "hamburger", "cow", "tractor", "palm tree",
            "fish", "anchor", "ice cream", "parrot", "helicopter", "soccer ball", "pig", "house", "carrot", "honeybee",
            "ambulance", "candle", "duck", "top hat", "pretzel", "lady beetle", "locomotive", "star", "monkey",
            "hammer", "avocado", "flamingo", "balloon", "hot dog", "lion", "teapot", "eggplant", "rabbit", "doughnut",
            "cherries");

    private static final List<String> SHAPES = List.of("circle", "ring", "square", "cross", "triangle");
    private static final Map<String, Integer> COLOURS =
            Map.of("red", 0xd62828, "orange", 0xf28e2b, "green", 0x2a9d3a, "blue", 0x2f6fde, "white", 0xf4f4f4);

    /**
     * The first emoji of a folder with {@code captions.tsv} (file, name, …) and {@code png32/}; or where there is none,
     * shapes.
     *
     * @param most kinds
     * @throws IOException where an emoji is missing, or is no picture of 32×32
     */
    public static Stickers of(Optional<Path> folder, int most) throws IOException {
        Stickers all = folder.isPresent() ? emoji(folder.get(), most) : drawn();
        int kinds = Math.min(most, all.names.size());
        return new Stickers(all.source, all.names.subList(0, kinds), all.pixels.subList(0, kinds));
    }

    private static Stickers emoji(Path folder, int kinds) throws IOException {
        Path captions = folder.resolve("captions.tsv");
        Map<String, String> files = new HashMap<>();
        for (String line : Files.readAllLines(captions)) {
            String[] fields = line.split("\t");
            files.putIfAbsent(fields.length < 2 ? "" : fields[1], fields[0]);
        }
        List<float[]> pixels = new ArrayList<>();
        for (String name : EMOJI.subList(0, Math.min(kinds, EMOJI.size()))) {
            if (!files.containsKey(name)) {
                throw new IOException(captions + ": has no picture called '" + name + "'");
            }
            pixels.add(read(folder.resolve("png32").resolve(files.get(name))));
        }
        return new Stickers("emoji (Noto), their names from CLDR", EMOJI.subList(0, pixels.size()), pixels);
    }

    private static float[] read(Path file) throws IOException {
        BufferedImage image = ImageIO.read(file.toFile());
        if (image == null || image.getWidth() != SIZE || image.getHeight() != SIZE) {
            throw new IOException(file + ": is no picture of " + SIZE + " by " + SIZE + " pixels");
        }
        float[] pixels = new float[SIZE * SIZE * 4];
        for (int i = 0; i < SIZE * SIZE; i++) {
            int argb = image.getRGB(i % SIZE, i / SIZE);
            put(pixels, i, argb, (argb >>> 24) / 255f);
        }
        return pixels;
    }

    /** Shapes in five colours each, where there are no emoji. */
    static Stickers drawn() {
        List<String> names = new ArrayList<>();
        List<float[]> all = new ArrayList<>();
        for (String shape : SHAPES) {
            for (String colour : COLOURS.keySet().stream().sorted().toList()) {
                float[] pixels = new float[SIZE * SIZE * 4];
                for (int i = 0; i < SIZE * SIZE; i++) {
                    double x = (i % SIZE + 0.5) / (SIZE / 2) - 1;
                    double y = (i / SIZE + 0.5) / (SIZE / 2) - 1;
                    double inside = inside(shape, x, y) * SIZE / 2; // in pixels
                    put(pixels, i, COLOURS.get(colour), (float) Math.max(0, Math.min(1, 0.5 + inside)));
                }
                names.add(colour + " " + shape);
                all.add(pixels);
            }
        }
        return new Stickers("drawn shapes", names, all);
    }

    /** How far a point is inside a shape, below 0 outside; x and y from -1 to 1. */
    private static double inside(String shape, double x, double y) {
        double radius = Math.sqrt(x * x + y * y);
        double larger = Math.max(Math.abs(x), Math.abs(y));
        return switch (shape) {
            case "circle" -> 0.9 - radius;
            case "ring" -> 0.25 - Math.abs(radius - 0.65);
            case "square" -> 0.8 - larger;
            case "cross" -> Math.min(0.9 - larger, 0.25 - Math.min(Math.abs(x), Math.abs(y)));
            default -> Math.min(0.8 - y, 0.45 * (y + 0.9) - Math.abs(x) * 0.9); // a triangle
        };
    }

    private static void put(float[] pixels, int at, int rgb, float opacity) {
        for (int c = 0; c < 3; c++) {
            pixels[4 * at + c] = (rgb >> 16 - 8 * c & 0xff) / 255f * opacity;
        }
        pixels[4 * at + 3] = opacity;
    }
}
