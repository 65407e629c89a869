package dev.lanewise.compiler.export;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Gives values their names in the ONNX file, no two alike in the graph and its bodies. Numbers behind names are given
 * anew, so that they do not grow each time that a model is compiled and exported.
 */
final class Names {

    private static final Pattern NUMBERS = Pattern.compile("#[0-9]+");

    /** Which of several outputs a name is of. */
    private static final Pattern OUTPUT = Pattern.compile(":[0-9]+$");

    private final Set<String> taken = new HashSet<>();
    /** By name the number that is tried next. */
    private final Map<String, Integer> next = new HashMap<>();

    /** Names a value exactly so: an input or output of the model. */
    void fix(OnnxValue value, String name) {
        taken.add(name);
        value.name(name);
    }

    /** Names a value as in the model file, with a number where that name is taken, if it is there. */
    void give(OnnxValue value) {
        if (value.wish() != null) {
            give(value, value.wish());
        }
    }

    /** Names a value after the step that it is needed for, unless it has a name. */
    void giveAfter(OnnxValue value, String step) {
        give(value, OUTPUT.matcher(step).replaceFirst(""));
    }

    /** Names a value that has no name yet so, with a number where that name is taken. */
    void give(OnnxValue value, String wanted) {
        if (value.name() != null) {
            return;
        }
        String wish = wanted == null ? "" : NUMBERS.matcher(wanted).replaceAll("");
        wish = wish.isEmpty() ? "value" : wish;
        String name = wish;
        for (int i = next.getOrDefault(wish, 2); !taken.add(name); i++) {
            name = wish + "#" + i;
            next.put(wish, i + 1);
        }
        value.name(name);
    }
}
