package dev.lanewise.compiler.network;

import dev.lanewise.compiler.op.Unary;
import java.util.function.UnaryOperator;

/** What the layers of a Transformer are made of: parts with a residual, a norm before or after, and dropout. */
record Sublayers(boolean normFirst, float dropout) {

    /**
     * {@code x + part(norm(x))}, or {@code norm(x + part(x))}.
     *
     * @param number of the norm and the dropout
     */
    Tensor add(String number, Tensor x, UnaryOperator<Tensor> part) {
        LayerNorm norm = LayerNorm.of("norm" + number);
        return normFirst
                ? x.plus(dropped("dropout" + number, part.apply(x.then(norm))))
                : x.plus(dropped("dropout" + number, part.apply(x))).then(norm);
    }

    private Tensor dropped(String name, Tensor x) {
        return dropout == 0 ? x : x.then(Dropout.of(name, dropout));
    }

    /** Two linear layers, of which the second gives what the first took. */
    UnaryOperator<Tensor> feedForward(int hidden, Unary activation) {
        return x -> dropped("dropout", x.then(Dense.of("linear1", hidden).activation(activation)))
                .then(Dense.of("linear2", Expect.features(x)));
    }
}
