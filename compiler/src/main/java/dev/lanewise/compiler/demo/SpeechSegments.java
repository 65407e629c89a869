package dev.lanewise.compiler.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * From probabilities per chunk to segments of speech, as Silero's {@code get_speech_timestamps} does
 * with its default settings: a segment begins above one threshold and ends where the probability stays
 * below a lower one for a while; short segments are dropped, the others get a margin.
 */
public final class SpeechSegments {

    private static final double BEGIN = 0.5;
    private static final double END = 0.35;
    private static final int RATE = Detector.RATE;
    private static final int MIN_SPEECH = RATE / 1000 * 250;
    private static final int MIN_SILENCE = RATE / 1000 * 100;
    private static final int MARGIN = RATE / 1000 * 30;

    /** First sample and the one after the last. */
    public record Segment(int begin, int end) {
        public double beginSeconds() {
            return (double) begin / RATE;
        }

        public double endSeconds() {
            return (double) end / RATE;
        }
    }

    private SpeechSegments() {}

    /** Segments in a recording of so many samples. */
    public static List<Segment> of(float[] probabilities, int samples) {
        List<Segment> found = new ArrayList<>();
        int begin = -1;
        int quietSince = -1;
        for (int chunk = 0; chunk < probabilities.length; chunk++) {
            int at = chunk * Detector.CHUNK;
            if (probabilities[chunk] >= BEGIN) {
                quietSince = -1;
                begin = begin < 0 ? at : begin;
            } else if (probabilities[chunk] < END && begin >= 0) {
                quietSince = quietSince < 0 ? at : quietSince;
                if (at - quietSince >= MIN_SILENCE) {
                    add(found, begin, quietSince);
                    begin = -1;
                    quietSince = -1;
                }
            }
        }
        if (begin >= 0) {
            add(found, begin, samples);
        }
        return widen(found, samples);
    }

    private static void add(List<Segment> found, int begin, int end) {
        if (end - begin > MIN_SPEECH) {
            found.add(new Segment(begin, end));
        }
    }

    /** Gives each a margin; neighbours closer than two margins share what is between them. */
    private static List<Segment> widen(List<Segment> found, int samples) {
        List<Segment> wide = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            Segment segment = found.get(i);
            int before = i == 0 ? segment.begin : segment.begin - found.get(i - 1).end;
            int after = i == found.size() - 1 ? samples - segment.end : found.get(i + 1).begin - segment.end;
            boolean shareBefore = i > 0 && before < 2 * MARGIN;
            boolean shareAfter = i < found.size() - 1 && after < 2 * MARGIN;
            wide.add(new Segment(
                    segment.begin - (shareBefore ? before / 2 : Math.min(before, MARGIN)),
                    segment.end + (shareAfter ? after / 2 : Math.min(after, MARGIN))));
        }
        return wide;
    }
}
