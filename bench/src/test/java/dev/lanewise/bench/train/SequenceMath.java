package dev.lanewise.bench.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import java.util.function.UnaryOperator;

/** What PyTorch does with sequences of different lengths: each is taken by itself. */
final class SequenceMath {

    private SequenceMath() {}

    /** The mean over real steps and all channels; of {@code [batch, time, channels]}. */
    static NDArray meanSquared(NDArray found, NDArray target, long... lengths) {
        return each(found, lengths, y -> y).sub(each(target, lengths, y -> y)).square().mean();
    }

    /** What a function gives of each sequence {@code [1, its length, channels]}, one after the other. */
    static NDArray each(NDArray x, long[] lengths, UnaryOperator<NDArray> function) {
        NDList all = new NDList();
        for (int b = 0; b < lengths.length; b++) {
            all.add(function.apply(x.get(b + ":" + (b + 1) + ",0:" + lengths[b])));
        }
        return NDArrays.concat(all, 1);
    }
}
