package dev.lanewise.samples.tagging;

import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.samples.data.TaggedText;
import dev.lanewise.samples.data.TaggedText.Sentence;
import dev.lanewise.samples.page.Axis;
import java.util.List;

/**
 * How often each tag was given for each.
 *
 * @param counts by the right tag, then by the given one
 * @param unknownRight of words that are not known, those whose tag is right
 */
record Confusion(long[][] counts, long unknownRight, long unknownAll) {

    /** What a compiled model gives for sentences. */
    static Confusion of(Model model, Spelling spelling, List<Sentence> sentences) {
        Session session = model.newSession();
        int tags = TaggedText.TAGS.size();
        long[][] counts = new long[tags][tags];
        long right = 0;
        long all = 0;
        for (Sentence sentence : sentences) {
            int[] given = spelling.tag(session, sentence);
            for (int i = 0; i < given.length; i++) {
                counts[sentence.tags()[i]][given[i]]++;
                boolean unknown = !spelling.isKnown(sentence.words().get(i));
                all += unknown ? 1 : 0;
                right += unknown && given[i] == sentence.tags()[i] ? 1 : 0;
            }
        }
        return new Confusion(counts, right, all);
    }

    private long all() {
        long sum = 0;
        for (long[] row : counts) {
            for (long count : row) {
                sum += count;
            }
        }
        return sum;
    }

    private long right() {
        long sum = 0;
        for (int tag = 0; tag < counts.length; tag++) {
            sum += counts[tag][tag];
        }
        return sum;
    }

    double accuracy() {
        return (double) right() / all();
    }

    double known() {
        return (double) (right() - unknownRight) / (all() - unknownAll);
    }

    /** The share of words that are not known whose tag is right, for people. */
    String unknown() {
        return unknownAll == 0 ? "none" : Axis.percent((double) unknownRight / unknownAll);
    }

    List<String> tags() {
        return TaggedText.TAGS;
    }

    /** Of each row what lies in each column: {@code (right, given)}. */
    float[] shares() {
        int n = counts.length;
        float[] shares = new float[n * n];
        for (int i = 0; i < n * n; i++) {
            long row = 0;
            for (long count : counts[i / n]) {
                row += count;
            }
            shares[i] = row == 0 ? 0 : (float) counts[i / n][i % n] / row;
        }
        return shares;
    }
}
