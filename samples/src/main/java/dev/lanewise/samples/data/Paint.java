package dev.lanewise.samples.data;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Paints into a picture's pixels {@code (Scene.SIZE, Scene.SIZE, 3)}. */
final class Paint {

    private static final int SIZE = Scene.SIZE;

    private Paint() {}

    /** A background that goes over from one colour into another, with strokes of any colour on it. */
    static float[] clutter(SplittableRandom random) {
        float[] pixels = new float[SIZE * SIZE * 3];
        float[] top = colour(random);
        float[] bottom = colour(random);
        for (int i = 0; i < pixels.length; i++) {
            float part = (float) (i / 3 / SIZE) / SIZE;
            pixels[i] = top[i % 3] + part * (bottom[i % 3] - top[i % 3]);
        }
        int strokes = random.nextInt(6, 13);
        for (int i = 0; i < strokes; i++) {
            stroke(pixels, random);
        }
        return pixels;
    }

    private static float[] colour(SplittableRandom random) {
        return new float[] {(float) random.nextDouble(), (float) random.nextDouble(), (float) random.nextDouble()};
    }

    private static void stroke(float[] pixels, SplittableRandom random) {
        double x = random.nextDouble(SIZE);
        double y = random.nextDouble(SIZE);
        double turn = random.nextDouble(Math.PI);
        double half = random.nextDouble(1, 6);
        double thick = random.nextDouble(0.5, 1.5);
        float[] colour = colour(random);
        double cos = StrictMath.cos(turn);
        double sin = StrictMath.sin(turn);
        int reach = (int) Math.ceil(half + thick + 1);
        for (int py = Math.max(0, (int) y - reach); py < Math.min(SIZE, (int) y + reach + 1); py++) {
            for (int px = Math.max(0, (int) x - reach); px < Math.min(SIZE, (int) x + reach + 1); px++) {
                double along = Math.abs((px - x) * cos + (py - y) * sin) - half;
                double off = Math.abs((py - y) * cos - (px - x) * sin) - thick;
                float opacity = (float) Math.max(0, Math.min(1, 0.5 - Math.max(along, off)));
                for (int c = 0; c < 3; c++) {
                    int at = (py * SIZE + px) * 3 + c;
                    pixels[at] += opacity * (colour[c] - pixels[at]);
                }
            }
        }
    }

    /** Each pixel is the mean of four points, each between four of the sticker's pixels. */
    static void sticker(float[] pixels, float[] sticker, Scene.Thing thing) {
        double scale = Stickers.SIZE / thing.size();
        float cos = (float) (scale * StrictMath.cos(thing.turn()));
        float sin = (float) (scale * StrictMath.sin(thing.turn()));
        int reach = (int) Math.ceil(thing.size() * 0.71); // half of the diagonal
        int right = Math.min(SIZE, (int) thing.x() + reach + 1);
        int bottom = Math.min(SIZE, (int) thing.y() + reach + 1);
        float[] sum = new float[4];
        for (int py = Math.max(0, (int) thing.y() - reach); py < bottom; py++) {
            for (int px = Math.max(0, (int) thing.x() - reach); px < right; px++) {
                Arrays.fill(sum, 0);
                for (int point = 0; point < 4; point++) {
                    float x = (float) (px + 0.25 + 0.5 * (point & 1) - thing.x());
                    float y = (float) (py + 0.25 + 0.5 * (point >> 1) - thing.y());
                    add(sum, sticker, x * cos + y * sin + Stickers.SIZE / 2, y * cos - x * sin + Stickers.SIZE / 2);
                }
                for (int c = 0; c < 3; c++) {
                    int at = (py * SIZE + px) * 3 + c;
                    pixels[at] = pixels[at] * (1 - sum[3]) + sum[c];
                }
            }
        }
    }

    /** Adds a quarter of what a sticker is at a point. */
    private static void add(float[] sum, float[] sticker, float x, float y) {
        int left = (int) Math.floor(x - 0.5f);
        int top = (int) Math.floor(y - 0.5f);
        for (int corner = 0; corner < 4; corner++) {
            int cx = left + (corner & 1);
            int cy = top + (corner >> 1);
            if (cx >= 0 && cy >= 0 && cx < Stickers.SIZE && cy < Stickers.SIZE) {
                float share = (1 - Math.abs(x - 0.5f - cx)) * (1 - Math.abs(y - 0.5f - cy)) / 4;
                for (int c = 0; c < 4; c++) {
                    sum[c] += share * sticker[(cy * Stickers.SIZE + cx) * 4 + c];
                }
            }
        }
    }
}
