package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.op.Unary;
import java.util.Arrays;
import java.util.List;

/**
 * A time-delay layer (Waibel et al. 1989): a linear layer over some frames around each, {@code [batch, time, in]} to
 * {@code [batch, time − last + first, units]}. Frames at equal distances make it a dilated convolution, others are
 * put side by side. Weights as {@link Convolution}'s or {@link Dense}'s.
 *
 * @param context offsets of the frames, ascending, such as -2, 0, 2
 * @param activation {@code null} for none; ReLU unless said otherwise
 */
public record Tdnn(String name, int units, List<Integer> context, Unary activation) implements Layer {

    public Tdnn {
        context = List.copyOf(context);
        for (int i = 1; i < context.size(); i++) {
            if (context.get(i) <= context.get(i - 1)) {
                throw new IllegalArgumentException("layer '" + name + "': the context " + context + " must ascend");
            }
        }
    }

    public static Tdnn of(String name, int units, int... context) {
        return new Tdnn(name, units, Arrays.stream(context).boxed().toList(), Activations.RELU);
    }

    public Tdnn activation(Unary function) {
        return new Tdnn(name, units, context, function);
    }

    @Override
    public Tensor forward(Tensor x) {
        Expect.rank(x, 3, "[batch, time, channels]");
        int first = context.get(0);
        int step = context.size() == 1 ? 1 : context.get(1) - first;
        for (int i = 1; i < context.size(); i++) {
            if (context.get(i) - first != i * step) {
                return spliced(x);
            }
        }
        return Conv1d.of("", units, context.size()).dilation(step).activation(activation).apply(x);
    }

    private Tensor spliced(Tensor x) {
        int first = context.get(0);
        Dim time = x.dim(1).minus(context.get(context.size() - 1) - first);
        Tensor[] frames = context.stream()
                .map(offset -> x.slice(1, Dim.of(offset - first), time.plus(offset - first)))
                .toArray(Tensor[]::new);
        return Dense.of("", units).activation(activation).apply(Tensor.concat(2, frames));
    }
}
