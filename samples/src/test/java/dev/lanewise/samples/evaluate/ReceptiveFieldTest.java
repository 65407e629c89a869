package dev.lanewise.samples.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Tdnn;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.formats.DType;
import dev.lanewise.samples.Training;
import org.junit.jupiter.api.Test;

/** How far networks see whose frames are known. */
class ReceptiveFieldTest {

    @Test
    void framesAreCounted() {
        NetworkBuilder net = Network.builder(1);
        Tensor x = net.input("x", DType.F32, Dim.ONE, Dim.of(20), Dim.of(3));
        net.output("y", x.then(Tdnn.of("one", 2, -3, 0, 1)).then(Tdnn.of("two", 2, 0, 5)));
        // -3, 0, 1 and the same five later: no step twice
        assertEquals(6, ReceptiveField.of(Training.inference("seen", net.build())));
    }
}
