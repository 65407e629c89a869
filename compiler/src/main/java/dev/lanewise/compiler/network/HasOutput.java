package dev.lanewise.compiler.network;

/** Several results of a layer, of which one is what the next layer mostly takes. */
public interface HasOutput {

    Tensor output();
}
