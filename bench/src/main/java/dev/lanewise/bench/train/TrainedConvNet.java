package dev.lanewise.bench.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Pool;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Softmax;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;
import java.util.Map;

/** Images of 28 × 28: twice a convolution 3 × 3, ReLU and a maximum of 2 × 2, then a dense layer to 10 classes. */
public final class TrainedConvNet extends TrainedNet {

    private final int batch;

    public TrainedConvNet(int batch) {
        this.batch = batch;
    }

    @Override
    Value graph() {
        Value x = input("x", 1, batch, 28, 28, 1);
        Value first = block(x, parameter("w1", 0.4, 16, 1, 3, 3), parameter("b1", 0.1, 16));
        Value second = block(first, parameter("w2", 0.1, 32, 16, 3, 3), parameter("b2", 0.1, 32));
        Value flat = add(new Reshape(List.of(Dim.of(batch), Dim.of(7 * 7 * 32))), second);
        Value dense = add(MatMul.PLAIN, flat, parameter("w3", 0.03, 7 * 7 * 32, 10));
        return add(new Softmax(true), add(new Binary(BinaryFn.ADD), dense, parameter("b3", 0.1, 10)));
    }

    private Value block(Value x, Value w, Value b) {
        List<Integer> one = List.of(1, 1);
        List<Integer> two = List.of(2, 2);
        List<Integer> none = List.of(0, 0);
        Value conv = add(new Conv(1, one, one, one, one, Epilogue.NONE), x, w, b);
        Pool pool = new Pool(Pool.Kind.MAX, two, two, one, none, none, false, false);
        return add(pool, add(Unary.of(UnaryFn.RELU), conv));
    }

    @Override
    int[] torchOrder(String name) {
        return name.equals("x") ? new int[] {0, 3, 1, 2} : null;
    }

    @Override
    public NDArray torch(Map<String, NDArray> values) {
        NDArray first = block(values.get("x"), values.get("w1"), values.get("b1"));
        NDArray second = block(first, values.get("w2"), values.get("b2"));
        NDArray flat = second.transpose(0, 2, 3, 1).reshape(batch, 7 * 7 * 32);
        return flat.matMul(values.get("w3")).add(values.get("b3")).logSoftmax(1);
    }

    private static NDArray block(NDArray x, NDArray w, NDArray b) {
        Shape one = new Shape(1, 1);
        Shape two = new Shape(2, 2);
        NDArray conv = x.getNDArrayInternal().convolution(x, w, b, one, one, one, 1).get(0);
        NDArray relu = conv.getNDArrayInternal().relu();
        return relu.getNDArrayInternal().maxPool(two, two, new Shape(0, 0), false);
    }
}
