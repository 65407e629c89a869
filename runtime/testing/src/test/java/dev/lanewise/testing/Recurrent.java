package dev.lanewise.testing;

import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.proto.BlockProto;
import dev.lanewise.formats.proto.Bytes;
import dev.lanewise.formats.proto.DimProto;
import dev.lanewise.formats.proto.ElementType;
import dev.lanewise.formats.proto.MemoryProto;
import dev.lanewise.formats.proto.ModelProto;
import dev.lanewise.formats.proto.PortProto;
import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.formats.proto.Region;
import dev.lanewise.formats.proto.StateProto;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.formats.proto.SymbolProto;
import dev.lanewise.formats.proto.TensorProto;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** A small model by hand: h' = tanh([x, h] · W) over B streams at once, y = h'. */
final class Recurrent {

    private static final int INPUTS = 5;
    private static final int WIDTH = 37;

    private Recurrent() {}

    static ModelFile file() {
        return ModelFile.complete("recurrent.lane", message().build());
    }

    static ModelProto.Builder message() {
        ByteBuffer weights = ByteBuffer.allocate(4 * (INPUTS + WIDTH) * WIDTH).order(ByteOrder.LITTLE_ENDIAN);
        Random random = new Random(1);
        while (weights.hasRemaining()) {
            weights.putFloat(random.nextFloat() - 0.5f);
        }
        int bound = 9;
        return ModelProto.newBuilder()
                .addDims(DimProto.newBuilder().setSymbol(SymbolProto.newBuilder().setName("B").setMin(1).setMax(bound)))
                .addDims(DimProto.newBuilder().setNumber(INPUTS))
                .addDims(DimProto.newBuilder().setNumber(WIDTH))
                .addDims(DimProto.newBuilder().setNumber(INPUTS + WIDTH))
                .addTensors(tensor(Region.PORT, 0, 0, 1)) // x
                .addTensors(tensor(Region.STATE, 0, 0, 2)) // h
                .addTensors(tensor(Region.ARENA, 0, 0, 3)) // [x, h]
                .addTensors(tensor(Region.WEIGHTS, 0, 3, 2))
                .addTensors(tensor(Region.PORT, 4, 0, 2)) // y
                .addPrograms(ProgramProto.newBuilder().setName("infer")
                        .addInputs(PortProto.newBuilder().setName("x").setTensor(0))
                        .addOutputs(PortProto.newBuilder().setName("y").setTensor(4))
                        .addStates(StateProto.newBuilder().setName("h").setValue(1).setNext(4))
                        .setBody(BlockProto.newBuilder()
                                .addSteps(StepProto.newBuilder().setKind(StepKind.CONCAT)
                                        .addInputs(1).addInputs(2).addOutputs(3).addInts(1))
                                .addSteps(StepProto.newBuilder().setKind(StepKind.MATMUL)
                                        .addInputs(3).addInputs(4).addInputs(0).addOutputs(5)
                                        .addInts(0).addInts(1 + UnaryFn.TANH.ordinal()).addFloats(0).addFloats(0))))
                .setArena(MemoryProto.newBuilder().setFloats(bound * (INPUTS + WIDTH)))
                .setState(MemoryProto.newBuilder().setFloats(bound * WIDTH))
                .setWeights(Bytes.copyOf(weights.array()));
    }

    private static TensorProto tensor(Region region, int offset, int... dims) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setType(ElementType.F32).setRegion(region).setOffset(offset);
        for (int dim : dims) {
            tensor.addDims(dim);
        }
        return tensor.build();
    }
}
