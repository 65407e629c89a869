package dev.lanewise.compiler.network;

import java.util.List;

/** Layers one after another. Their names are prefixed with this one's. */
public record Sequential(String name, List<Layer> layers) implements Layer {

    public Sequential {
        layers = List.copyOf(layers);
    }

    public static Sequential of(String name, Layer... layers) {
        return new Sequential(name, List.of(layers));
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = x;
        for (Layer layer : layers) {
            y = y.then(layer);
        }
        return y;
    }
}
