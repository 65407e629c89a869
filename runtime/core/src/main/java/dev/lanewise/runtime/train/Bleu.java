package dev.lanewise.runtime.train;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Corpus BLEU (Papineni and others 2002) as sacreBLEU defines it by default (Post 2018): n-grams up to 4, clipped
 * counts
 * summed over the corpus, a precision without a match smoothed by halves of its inverse ("exp"), the brevity penalty
 * {@code exp(1 − reference / hypothesis)}, from 0 to 100. Text is tokenised by {@link #tokenize}, the rules "13a" of
 * mteval. One reference for each hypothesis. Used by one thread.
 */
public final class Bleu {

    private static final int ORDER = 4;

    private static final Pattern SYMBOLS = Pattern.compile("([{-~\\[-` -&(-+:-@/])");
    private static final Pattern POINT_AFTER_OTHER = Pattern.compile("([^0-9])([.,])");
    private static final Pattern POINT_BEFORE_OTHER = Pattern.compile("([.,])([^0-9])");
    private static final Pattern DASH_AFTER_DIGIT = Pattern.compile("([0-9])(-)");
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    /** [n - 1] */
    private final long[] matches = new long[ORDER];
    private final long[] totals = new long[ORDER];
    private long hypothesisLength;
    private long referenceLength;

    /** Splits text as mteval-v13a does. */
    public static List<String> tokenize(String text) {
        String line = text.replace("<skipped>", "").replace("-\n", "").replace("\n", " ");
        line = line.replace("&quot;", "\"").replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">");
        line = SYMBOLS.matcher(" " + line + " ").replaceAll(" $1 ");
        line = POINT_AFTER_OTHER.matcher(line).replaceAll("$1 $2 ");
        line = POINT_BEFORE_OTHER.matcher(line).replaceAll(" $1 $2");
        line = DASH_AFTER_DIGIT.matcher(line).replaceAll("$1 $2 ");
        line = line.strip();
        return line.isEmpty() ? List.of() : Arrays.asList(BLANKS.split(line));
    }

    /** Takes in a sentence and its reference, as text. */
    public void add(String hypothesis, String reference) {
        add(tokenize(hypothesis), tokenize(reference));
    }

    /** Takes in a sentence and its reference, as tokens: words or ids. */
    public void add(List<?> hypothesis, List<?> reference) {
        hypothesisLength += hypothesis.size();
        referenceLength += reference.size();
        for (int n = 1; n <= ORDER; n++) {
            Map<List<?>, Integer> known = ngrams(reference, n);
            for (Map.Entry<List<?>, Integer> found : ngrams(hypothesis, n).entrySet()) {
                matches[n - 1] += Math.min(found.getValue(), known.getOrDefault(found.getKey(), 0));
            }
            totals[n - 1] += Math.max(0, hypothesis.size() - n + 1);
        }
    }

    private static Map<List<?>, Integer> ngrams(List<?> tokens, int n) {
        Map<List<?>, Integer> counts = new HashMap<>();
        for (int i = 0; i + n <= tokens.size(); i++) {
            counts.merge(tokens.subList(i, i + n), 1, Integer::sum);
        }
        return counts;
    }

    public void reset() {
        Arrays.fill(matches, 0);
        Arrays.fill(totals, 0);
        hypothesisLength = 0;
        referenceLength = 0;
    }

    /** The score, 0 to 100. */
    public double score() {
        double logarithms = 0;
        double smooth = 1;
        for (int n = 0; n < ORDER; n++) {
            if (totals[n] == 0 || matches[0] == 0) {
                return 0;
            }
            if (matches[n] == 0) {
                smooth *= 2;
            }
            logarithms += Math.log(matches[n] == 0 ? 100 / (smooth * totals[n]) : 100.0 * matches[n] / totals[n]);
        }
        double brevity = hypothesisLength < referenceLength
                ? Math.exp(1 - (double) referenceLength / hypothesisLength)
                : 1;
        return brevity * Math.exp(logarithms / ORDER);
    }
}
