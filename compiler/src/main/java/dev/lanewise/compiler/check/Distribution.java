package dev.lanewise.compiler.check;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.Tensor;

/**
 * Compares random outputs: the same type, the same shape, and a sample that may well come from the
 * same distribution as the expected one.
 *
 * @param count elements
 * @param mean their mean
 * @param variance their variance about it
 * @param binary whether all are 0 or 1
 */
record Distribution(int count, double mean, double variance, boolean binary) {

    /** Standard errors that means may lie apart: by chance about once in a million cases. */
    private static final double ERRORS = 5;

    private interface Elementwise {
        double at(int i);
    }

    private static Distribution of(int count, Elementwise elements) {
        double sum = 0;
        boolean binary = true;
        for (int i = 0; i < count; i++) {
            double value = elements.at(i);
            sum += value;
            binary &= value == 0 || value == 1;
        }
        double mean = sum / Math.max(1, count);
        double squares = 0;
        for (int i = 0; i < count; i++) {
            squares += (elements.at(i) - mean) * (elements.at(i) - mean);
        }
        return new Distribution(count, mean, squares / Math.max(1, count - 1), binary);
    }

    /** What is wrong with an output of random elements; empty where nothing is. */
    static String problem(Tensor found, Literal expected) {
        Comparison exact = Comparison.of(found, expected);
        if (exact.problem().isEmpty() || Double.isNaN(exact.error())) {
            return exact.problem(); // right by accident, or wrong in type or shape
        }
        Distribution wanted = of(expected.size(), expected::doubleAt);
        Distribution got = of(expected.size(), i -> Elements.get(found, i));
        double allowed = ERRORS * Math.sqrt((wanted.variance + got.variance) / Math.max(1, wanted.count)) + 1e-6;
        if (!(Math.abs(wanted.mean - got.mean) <= allowed)) {
            return "output '" + found.name() + "' has mean " + (float) got.mean + ", expected " + (float) wanted.mean
                    + " give or take " + (float) allowed;
        }
        if (wanted.binary && !got.binary) {
            return "output '" + found.name() + "' should hold only 0 and 1";
        }
        // for small samples of a few values the variance says little
        double ratio = Math.sqrt(2.0 / Math.max(1, wanted.count)) * 2 * ERRORS;
        if (ratio < 1 && Math.abs(got.variance - wanted.variance) > ratio * Math.max(got.variance, wanted.variance)) {
            return "output '" + found.name() + "' has variance " + (float) got.variance + ", expected "
                    + (float) wanted.variance;
        }
        return "";
    }
}
