package dev.lanewise.bench.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.BinaryCrossEntropy;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Huber;
import dev.lanewise.compiler.network.Loss;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.compiler.op.Ctc;
import dev.lanewise.formats.DType;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Gradients of losses against PyTorch's autograd, which goes through their definitions in its own operations. */
@Tag("once")
@EnabledOnOs(value = OS.LINUX, architectures = "amd64") // where the build fetches PyTorch
class LossGradientsTest {

    private static final int FEATURES = 5;
    private static final int BATCH = 4;
    private static final int TIME = 9;
    private static final int CLASSES = 7;
    private static final long[] LENGTHS = {9, 5, 1, 7};

    /** @param torch a loss of scores and targets, both {@code [real steps of all, ...]} */
    private static void compare(Loss loss, Literal target, BinaryOperator<NDArray> torch) {
        NetworkBuilder net = Network.builder(5);
        Tensor scores = net.input("x", DType.F32, Dim.of(BATCH), Dim.of(TIME), Dim.of(FEATURES))
                .then(Dense.of("scores", CLASSES));
        Dim[] shape = new Dim[target.rank()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = Dim.of(target.extent(i));
        }
        net.output("scores", scores);
        net.loss("loss", loss.mean(scores, net.target("target", target.type(), shape),
                net.input("lengths", DType.I32, Dim.of(BATCH))));
        Map<String, Literal> given = Map.of("x", TrainedNet.numbers(new Random(1), BATCH, TIME, FEATURES),
                "target", target, "lengths", Literal.of(DType.I32, LENGTHS, BATCH));
        Gradients.compare(net.build(), given, (math, values) -> {
            NDArray all = SequenceMath.each(math.linear("scores", values.get("x")), LENGTHS, each -> each).squeeze(0);
            return torch.apply(all, SequenceMath.each(values.get("target"), LENGTHS, each -> each).squeeze(0));
        });
    }

    private static Literal classes() {
        return TrainedNet.ids(new Random(2), CLASSES, BATCH, TIME);
    }

    /**
     * {@code cross_entropy} with reduction "mean", as its documentation defines it.
     *
     * @param target {@code [n]}; {@code ignored} where it does not count
     */
    private static NDArray crossEntropy(
            NDArray scores, NDArray target, long ignored, double smoothing, float... weights) {
        NDArray counting = target.neq(ignored);
        NDArray index = target.mul(counting.toType(DataType.INT64, false));
        NDArray all = scores.getManager().create(weights);
        NDArray ofTargets = all.gather(index, 0).mul(counting.toType(DataType.FLOAT32, false));
        NDArray logs = scores.logSoftmax(1);
        NDArray likely = logs.gather(index.expandDims(1), 1).squeeze(1).mul(ofTargets).neg();
        NDArray uniform = logs.mul(all).sum(new int[] {1}).mul(counting.toType(DataType.FLOAT32, false)).neg();
        return likely.mul(TorchMath.number(scores, 1 - smoothing))
                .add(uniform.mul(TorchMath.number(scores, smoothing / CLASSES))).sum().div(ofTargets.sum());
    }

    private static final float[] ONES = {1, 1, 1, 1, 1, 1, 1};
    private static final float[] WEIGHTS = {1, 0.5f, 2, 1, 0.1f, 3, 1};

    @Test
    void ofCrossEntropy() {
        compare(CrossEntropy.of(), classes(), (x, y) -> crossEntropy(x, y, -100, 0, ONES));
        compare(CrossEntropy.of().ignoring(3), classes(), (x, y) -> crossEntropy(x, y, 3, 0, ONES));
        compare(CrossEntropy.of().smoothing(0.1), classes(), (x, y) -> crossEntropy(x, y, -100, 0.1, ONES));
        compare(CrossEntropy.of().weights(WEIGHTS), classes(), (x, y) -> crossEntropy(x, y, -100, 0, WEIGHTS));
        compare(CrossEntropy.of().ignoring(3).smoothing(0.2).weights(WEIGHTS), classes(),
                (x, y) -> crossEntropy(x, y, 3, 0.2, WEIGHTS));
    }

    @Test
    void ofBinaryCrossEntropy() {
        Literal target = TrainedNet.numbers(new Random(3), BATCH, TIME, CLASSES);
        for (int i = 0; i < target.size(); i++) {
            target.floats()[i] = Math.abs(target.floats()[i]);
        }
        // as binary_cross_entropy_with_logits: max(x, 0) − x·y + ln(1 + e^−|x|)
        compare(BinaryCrossEntropy.of(), target, (x, y) -> x.getNDArrayInternal().relu().sub(x.mul(y))
                .add(x.abs().neg().exp().add(1).log()).mean());
    }

    @Test
    void ofHuber() {
        Literal target = TrainedNet.numbers(new Random(3), BATCH, TIME, CLASSES);
        compare(Huber.of(0.4), target, (x, y) -> {
            NDArray distance = x.sub(y).abs();
            NDArray near = distance.lte(0.4).toType(DataType.FLOAT32, false);
            NDArray square = distance.square().mul(TorchMath.number(x, 0.5)).mul(near);
            return square.add(distance.sub(0.2).mul(TorchMath.number(x, 0.4)).mul(near.neg().add(1))).mean();
        });
    }

    /** PyTorch goes through the sum over alignments state by state, as Graves et al. (2006) define it. */
    @Test
    void ofCtc() {
        long[][] labels = {{1, 2, 2}, {3, 0, 0}, {4, 1, 0}};
        long[] many = {3, 1, 2};
        long[] lengths = {9, 5, 3};
        NetworkBuilder net = Network.builder(5);
        Tensor logs = net.input("x", DType.F32, Dim.of(3), Dim.of(TIME), Dim.of(FEATURES))
                .then(Dense.of("scores", CLASSES)).logSoftmax().transpose(1, 0, 2);
        net.output("logs", logs);
        Tensor each = net.addAll(new Ctc(0), logs, net.target("labels", DType.I32, Dim.of(3), Dim.of(3)),
                net.input("lengths", DType.I32, Dim.of(3)), net.target("many", DType.I32, Dim.of(3))).get(0);
        net.loss("loss", each.mean());
        Map<String, Literal> given = Map.of("x", TrainedNet.numbers(new Random(1), 3, TIME, FEATURES),
                "labels", Literal.of(DType.I32, new long[] {1, 2, 2, 3, 0, 0, 4, 1, 0}, 3, 3),
                "many", Literal.of(DType.I32, many, 3), "lengths", Literal.of(DType.I32, lengths, 3));
        Gradients.compare(net.build(), given, (math, values) -> {
            NDArray all = math.linear("scores", values.get("x")).logSoftmax(2);
            NDArray sum = null;
            for (int b = 0; b < 3; b++) {
                NDArray one = surprise(all.get(b), (int) lengths[b], Arrays.copyOf(labels[b], (int) many[b]));
                sum = sum == null ? one : sum.add(one);
            }
            return sum.div(TorchMath.number(sum, 3));
        });
    }

    /** Stands for the logarithm of 0, of which differences are numbers. */
    private static final float NEVER = -1e30f;

    private static NDArray surprise(NDArray logs, int length, long... labels) {
        int states = 2 * labels.length + 1;
        long[] symbols = new long[states];
        float[] skips = new float[states];
        float[] starts = new float[states];
        for (int s = 0; s < states; s++) {
            symbols[s] = s % 2 == 0 ? 0 : labels[s / 2];
            skips[s] = s % 2 == 1 && s > 1 && symbols[s] != symbols[s - 2] ? 0 : NEVER;
            starts[s] = s < 2 ? 0 : NEVER;
        }
        NDArray index = logs.getManager().create(symbols);
        NDArray skip = logs.getManager().create(skips);
        NDArray never = logs.getManager().create(new float[] {NEVER, NEVER});
        NDArray alpha = logs.get(0).gather(index, 0).add(logs.getManager().create(starts));
        for (int t = 1; t < length; t++) {
            NDArray padded = NDArrays.concat(new NDList(never, alpha), 0); // [states + 2]
            NDArray three = NDArrays.stack(new NDList(
                    alpha, padded.get("1:" + (states + 1)), padded.get("0:" + states).add(skip)));
            alpha = logSum(three).add(logs.get(t).gather(index, 0));
        }
        return logSum(alpha.get((states - 2) + ":" + states)).neg();
    }

    /** {@code ln Σ e^x} along the first axis. */
    private static NDArray logSum(NDArray x) {
        NDArray most = x.max(new int[] {0});
        return x.sub(most).exp().sum(new int[] {0}).log().add(most);
    }
}
