package dev.lanewise.bench.learn;

import ai.djl.ndarray.NDArray;
import dev.lanewise.bench.train.TorchMath;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.Schedule;
import java.util.List;
import java.util.Map;

/**
 * What Lanewise and PyTorch are both to learn: a network that classifies, or tags each step, and the data. Both train
 * with Adam and gradients clipped to a norm of 1, from the same weights and in the same batches.
 */
public interface LearningTask {

    /** What is learned and by what, in a line. */
    String about();

    /** Each is learned by itself. */
    List<Split> splits();

    /**
     * The network for one of the splits, whose weights begin with what {@code seed} gives. Its first axes are the
     * batch's, its output {@code scores [batch, classes]} or {@code [batch, time, classes]}, its loss {@code loss}, its
     * target {@code label [batch]} or {@code [batch, time]} of i32, its input of lengths, if any, {@code lengths
     * [batch]}.
     */
    Network network(long seed, int split);

    int epochs();

    /** How examples are put into batches, the same for both. */
    Batching batching();

    Schedule schedule();

    /**
     * The same scores in PyTorch.
     *
     * @param batch f32 as it is, integers as i64; what is padded is 0
     * @param training whether something is to be dropped
     */
    NDArray scores(TorchMath torch, Map<String, NDArray> batch, boolean training);
}
