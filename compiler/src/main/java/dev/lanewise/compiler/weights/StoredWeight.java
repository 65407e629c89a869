package dev.lanewise.compiler.weights;

import dev.lanewise.formats.WeightForm;

/**
 * A weight that is stored smaller than f32, and what rounding it cost.
 *
 * @param name of the weight
 * @param operation that uses it, by its name
 * @param shape its type and extents, for people
 * @param bytes in the file
 * @param plainBytes what it would take as f32
 * @param rms root of the mean square of the differences, relative to that of the elements
 * @param most largest difference, relative to the largest element
 */
public record StoredWeight(
        String name, String operation, String shape, WeightForm form, long bytes, long plainBytes, double rms,
        double most) {

    static StoredWeight of(String name, String operation, String shape, WeightForm form, long bytes,
            float[] before, float[] after) {
        double squares = 0;
        double errors = 0;
        double largest = 0;
        double most = 0;
        for (int i = 0; i < before.length; i++) {
            double error = (double) before[i] - after[i];
            squares += (double) before[i] * before[i];
            errors += error * error;
            largest = Math.max(largest, Math.abs(before[i]));
            most = Math.max(most, Math.abs(error));
        }
        return new StoredWeight(name, operation, shape, form, bytes, 4L * before.length,
                squares == 0 ? 0 : Math.sqrt(errors / squares), largest == 0 ? 0 : most / largest);
    }
}
