package dev.lanewise.bench.train;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Gradients of whole networks in f32 against PyTorch's autograd. */
@Tag("once")
@EnabledOnOs(value = OS.LINUX, architectures = "amd64") // where the build fetches PyTorch
class AutogradTest {

    @Test
    void ofLanguageModels() {
        Gradients.compare(new CharLstm(16, 3, 7));
        Gradients.compare(new CharLstm(33, 2, 20));
    }

    @Test
    void ofClassifiersOfSequences() {
        Gradients.compare(new SequenceClassifier(16, 5, 9));
        Gradients.compare(new SequenceClassifier(7, 4, 21));
    }

    @Test
    void ofConvolutionalNetworks() {
        Gradients.compare(new ConvNet(3, 12, 5));
        Gradients.compare(new ConvNet(2, 28, 16));
        Gradients.compare(ConvNet.lastLayer(1, 28, 8));
    }

    @Test
    void ofEncoders() {
        Gradients.compare(new EncoderNet(2, 9, 24));
        Gradients.compare(new EncoderNet(3, 65, 32));
        Gradients.compare(EncoderNet.lastLayers(1, 12, 16));
    }
}
