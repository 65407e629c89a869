package dev.lanewise.compiler.random;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** All that random graphs are made of. */
final class Families {

    /** Adds a node or a few to a graph, or none where nothing suits. */
    @FunctionalInterface
    interface Family {
        void grow(Growth growth);
    }

    /** A family and how often it is drawn. */
    private record Share(int weight, Family family) {}

    private static final List<Share> FIRST = List.of(
            new Share(16, Elementwise::unary),
            new Share(16, Elementwise::binary),
            new Share(3, Elementwise::integers),
            new Share(4, Elementwise::select),
            new Share(2, Elementwise::extremes),
            new Share(5, Elementwise::cast),
            new Share(8, Reductions::reduce),
            new Share(2, Reductions::argExtreme),
            new Share(2, Reductions::cumulate),
            new Share(2, Reductions::topK),
            new Share(7, Movement::transpose),
            new Share(6, Movement::reshape),
            new Share(3, Movement::unsqueeze),
            new Share(3, Movement::squeeze),
            new Share(2, Movement::expand),
            new Share(2, Movement::tile),
            new Share(8, Movement::slice),
            new Share(5, Movement::concat),
            new Share(4, Movement::split),
            new Share(4, Movement::pad),
            new Share(1, Movement::depthToSpace),
            new Share(2, Movement::trilu),
            new Share(3, Movement::shapeOf),
            new Share(5, Indexing::gather),
            new Share(2, Indexing::gatherElements),
            new Share(2, Indexing::gatherNd),
            new Share(2, Indexing::scatterElements),
            new Share(2, Indexing::scatterNd),
            new Share(1, Indexing::oneHot),
            new Share(1, Indexing::compress),
            new Share(8, Products::weights),
            new Share(4, Products::values),
            new Share(4, Products::gemm),
            new Share(2, Products::einsum),
            new Share(3, Products::attention),
            new Share(7, Convolutions::conv),
            new Share(2, Convolutions::transposed),
            new Share(4, Convolutions::pool),
            new Share(2, Convolutions::globalPool),
            new Share(4, Norms::softmax),
            new Share(4, Norms::layer),
            new Share(3, Norms::batch),
            new Share(2, Norms::instance),
            new Share(1, Norms::length),
            new Share(4, Recurrence::cell),
            new Share(3, Control::branch),
            new Share(3, Control::loop),
            new Share(2, Control::scan),
            new Share(3, Quantisation::roundTrip),
            new Share(2, Quantisation::dynamic),
            new Share(2, Quantisation::integerProduct));

    /** Seeds from here on draw of these families too, so that what those below it grow to stays as it was. */
    static final long LATER_FROM = 1_000_000;

    private static final List<Share> LATER = Stream.concat(FIRST.stream(), Stream.of(
            new Share(6, Steered::reduce),
            new Share(6, Steered::cumulate),
            new Share(6, Steered::at),
            new Share(6, Steered::joined),
            new Share(8, Control::counted),
            new Share(8, Control::walk))).toList();

    private Families() {}

    static Family draw(Random random, long seed) {
        List<Share> shares = seed < LATER_FROM ? FIRST : LATER;
        int ticket = random.nextInt(shares.stream().mapToInt(Share::weight).sum());
        for (Share share : shares) {
            ticket -= share.weight;
            if (ticket < 0) {
                return share.family;
            }
        }
        throw new IllegalStateException();
    }
}
