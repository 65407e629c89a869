package dev.lanewise.samples.translation;

import dev.lanewise.samples.data.BytePairs;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Finds a likely sentence, piece by piece: greedily with a beam of 1, else among so many beginnings at a time. */
final class BeamSearch {

    /** Says what may follow. */
    interface Decoder {

        /**
         * Takes beginnings one piece further.
         *
         * @param from (n) the row of the last step that each row goes on from; any at first
         * @param pieces (n) what it goes on with
         * @return (n, pieces) logarithms of how probable each next piece is; may be overwritten by the next call
         */
        float[][] step(int[] from, int[] pieces);
    }

    /**
     * A sentence, or a beginning of one.
     *
     * @param pieces without marks
     * @param logarithm of its probability
     * @param row of the decoder that it came from
     */
    record Hypothesis(List<Integer> pieces, double logarithm, int row) {

        /** Per piece, the end among them: or else the shortest sentence would mostly win. */
        double score() {
            return logarithm / (pieces.size() + 1);
        }

        int[] toArray() {
            return pieces.stream().mapToInt(piece -> piece).toArray();
        }

        private Hypothesis with(int piece, float more, int from) {
            List<Integer> longer = new ArrayList<>(pieces);
            longer.add(piece);
            return new Hypothesis(longer, logarithm + more, from);
        }
    }

    private BeamSearch() {}

    /** The best of the sentences that end while they are among the {@code beam} most probable beginnings. */
    static Hypothesis search(Decoder decoder, int beam, int longest) {
        List<Hypothesis> open = List.of(new Hypothesis(List.of(), 0, 0));
        List<Hypothesis> ended = new ArrayList<>();
        for (int length = 0; length < longest && ended.size() < beam; length++) {
            float[][] logarithms = decoder.step(
                    open.stream().mapToInt(Hypothesis::row).toArray(),
                    open.stream().mapToInt(beginning -> last(beginning)).toArray());
            List<Hypothesis> longer = new ArrayList<>();
            for (int row = 0; row < open.size(); row++) {
                for (int piece : best(logarithms[row], beam)) {
                    longer.add(open.get(row).with(piece, logarithms[row][piece], row));
                }
            }
            longer.sort(Comparator.comparingDouble(Hypothesis::logarithm).reversed());
            open = new ArrayList<>();
            for (Hypothesis next : longer.subList(0, Math.min(beam, longer.size()))) {
                int end = next.pieces.size() - 1;
                if (next.pieces.get(end) == BytePairs.END) {
                    ended.add(new Hypothesis(next.pieces.subList(0, end), next.logarithm, next.row));
                } else {
                    open.add(next);
                }
            }
            if (open.isEmpty()) {
                break;
            }
        }
        return (ended.isEmpty() ? open : ended).stream()
                .max(Comparator.comparingDouble(Hypothesis::score)).orElseThrow();
    }

    private static int last(Hypothesis beginning) {
        return beginning.pieces.isEmpty() ? BytePairs.BEGIN : beginning.pieces.get(beginning.pieces.size() - 1);
    }

    /** The places of the {@code n} largest, largest first. */
    private static List<Integer> best(float[] values, int n) {
        List<Integer> best = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            int at = best.size();
            while (at > 0 && values[i] > values[best.get(at - 1)]) {
                at--;
            }
            if (at < n) {
                best.add(at, i);
                best.subList(Math.min(n, best.size()), best.size()).clear();
            }
        }
        return best;
    }
}
