package dev.lanewise.samples.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A picture of one to three things, each of another kind, placed, scaled and turned at random before clutter; and what
 * is to be said of it: the things from left to right, and of each two neighbours whether the left one is above, below
 * or beside the right one. Pictures that leave a doubt about that are not made.
 *
 * @param things from left to right
 * @param pixels (SIZE, SIZE, 3): red, green, blue from 0 to 1
 */
public record Scene(List<Thing> things, float[] pixels) {

    public static final int SIZE = 64;
    public static final List<String> RELATIONS = List.of("above", "below", "beside");

    /** Names that take no article. */
    private static final Set<String> PLURAL = Set.of("cherries");
    private static final int SMALLEST = 16;
    private static final int LARGEST = 24;
    private static final double MOST_TURN = 0.5;
    /** Things beside each other differ in height by no more than this. */
    private static final double LEVEL = 5;
    /** Things above each other differ in height by no less than this. */
    private static final double STEEP = 12;
    /** How far things are apart from left to right at least. */
    private static final double APART = 8;

    /**
     * Something in a picture.
     *
     * @param x of its centre in pixels, as y
     * @param size of its sides in pixels
     * @param turn in radians
     */
    public record Thing(int kind, String name, double x, double y, double size, double turn) {

        /** Whether a point lies on its square. */
        public boolean covers(double px, double py) {
            return Math.abs(across(px, py)) <= size / 2 && Math.abs(down(px, py)) <= size / 2;
        }

        private double across(double px, double py) {
            return (px - x) * StrictMath.cos(turn) + (py - y) * StrictMath.sin(turn);
        }

        private double down(double px, double py) {
            return (py - y) * StrictMath.cos(turn) - (px - x) * StrictMath.sin(turn);
        }
    }

    /** Whether pictures to train on never have these two kinds together: about one pair in ten. */
    public static boolean isHeldOut(int kind, int other) {
        return (kind + other) % 10 == 3;
    }

    /**
     * The {@code index}-th picture to train on, without any {@linkplain #isHeldOut pair that is held out}.
     *
     * @param most things of a picture
     */
    public static Scene seen(Stickers stickers, int most, long seed, int index) {
        SplittableRandom random = new SplittableRandom(seed * 1_000_003L + index);
        return compose(stickers, 1 + random.nextInt(most), false, random);
    }

    /** The {@code index}-th picture to test on: two things or more, of which two are a pair that is held out. */
    public static Scene unseen(Stickers stickers, int most, long seed, int index) {
        SplittableRandom random = new SplittableRandom(~seed * 1_000_003L + index);
        return compose(stickers, 2 + random.nextInt(most - 1), true, random);
    }

    private static Scene compose(Stickers stickers, int count, boolean heldOut, SplittableRandom random) {
        int[] kinds;
        do {
            kinds = random.ints(count, 0, stickers.names().size()).toArray();
        } while (!areDistinct(kinds) || hasHeldOut(kinds) != heldOut);
        List<Thing> things;
        do {
            things = new ArrayList<>();
            for (int kind : kinds) {
                double size = random.nextDouble(SMALLEST, LARGEST);
                things.add(new Thing(kind, stickers.names().get(kind), random.nextDouble(size / 2, SIZE - size / 2),
                        random.nextDouble(size / 2, SIZE - size / 2), size, random.nextDouble(-MOST_TURN, MOST_TURN)));
            }
            things.sort(Comparator.comparingDouble(Thing::x));
        } while (!isClear(things));
        float[] pixels = Paint.clutter(random);
        things.forEach(thing -> Paint.sticker(pixels, stickers.pixels().get(thing.kind), thing));
        return new Scene(List.copyOf(things), pixels);
    }

    private static boolean areDistinct(int[] kinds) {
        return Arrays.stream(kinds).distinct().count() == kinds.length;
    }

    private static boolean hasHeldOut(int[] kinds) {
        boolean found = false;
        for (int i = 0; i < kinds.length; i++) {
            for (int j = 0; j < i; j++) {
                found |= isHeldOut(kinds[i], kinds[j]);
            }
        }
        return found;
    }

    /** No two things lie on each other, and what is to be said of neighbours is beyond doubt. */
    private static boolean isClear(List<Thing> things) {
        for (int i = 0; i < things.size(); i++) {
            for (int j = 0; j < i; j++) {
                Thing a = things.get(j);
                Thing b = things.get(i);
                double apart = Math.abs(a.y - b.y);
                boolean doubtful = j == i - 1 && apart > LEVEL && apart < STEEP;
                if (doubtful || b.x - a.x < APART || Math.hypot(a.x - b.x, a.y - b.y) < (a.size + b.size) / 2) {
                    return false;
                }
            }
        }
        return true;
    }

    private static String relation(Thing left, Thing right) {
        double down = right.y - left.y;
        return RELATIONS.get(Math.abs(down) <= LEVEL ? 2 : down > 0 ? 0 : 1);
    }

    /** Such as {@code a, cat, above, an, owl, beside, a, red heart}: a name is one word. */
    public List<String> caption() {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < things.size(); i++) {
            if (i > 0) {
                words.add(relation(things.get(i - 1), things.get(i)));
            }
            String name = things.get(i).name;
            if (!PLURAL.contains(name)) {
                words.add("aeiou".indexOf(name.charAt(0)) < 0 ? "a" : "an");
            }
            words.add(name);
        }
        return words;
    }
}
