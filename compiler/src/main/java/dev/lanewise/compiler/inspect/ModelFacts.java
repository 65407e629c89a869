package dev.lanewise.compiler.inspect;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.proto.DimProto;
import dev.lanewise.formats.proto.ModelProto;
import dev.lanewise.formats.proto.PortProto;
import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.formats.proto.Region;
import dev.lanewise.formats.proto.StateProto;
import dev.lanewise.formats.proto.TensorProto;
import dev.lanewise.runtime.plan.Plan;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The facts of one model file; all sizes in bytes, at the bounds of its extents.
 *
 * @param streams what is known of the model's streams, such as the delay of each output
 * @param symbols extents that callers choose
 * @param states what survives between calls, as the steps read it
 * @param nextStates the same, as the steps leave it
 * @param steps in order, those inside of blocks after the step that runs them
 * @param spans what lies in the arena, by offset
 * @param parameters elements of all weights, as the model's author would count them
 * @param fingerprint in hexadecimal digits
 * @param source what the file was compiled from; empty where it does not say
 */
public record ModelFacts(
        String name, long fileBytes, String producer, String source, String fingerprint,
                List<String> streams, List<Symbol> symbols,
        List<Port> inputs, List<Port> outputs, List<Port> states, List<Port> nextStates, List<StepFacts> steps,
                List<ArenaSpan> spans,
        long parameters, long weightBytes, long arenaBytes, long arenaLowerBound, long stateBytes, long portBytes,
        TrainingFacts training) {

    private static final long ANY_SIZE = Long.MAX_VALUE;

    /** An extent with its range. */
    public record Symbol(String name, int min, int max) {
        @Override
        public String toString() {
            return name + " = " + min + " … " + max;
        }
    }

    /** A named tensor. */
    public record Port(String name, String type, long bytes, int tensor) {
        @Override
        public String toString() {
            return name + " " + type;
        }
    }

    /** Multiply-adds of one run at the bounds. */
    public long multiplyAdds() {
        return steps.stream().mapToLong(StepFacts::multiplyAdds).sum();
    }

    /**
     * Gathers the facts.
     *
     * @throws dev.lanewise.formats.FormatException where the file makes no sense
     */
    public static ModelFacts of(ModelFile file) {
        Plan plan = new Plan(file, ANY_SIZE);
        ModelProto model = file.message();
        ProgramProto program = plan.program("infer");
        List<Symbol> symbols = new ArrayList<>();
        for (DimProto dim : model.getDimsList()) {
            if (dim.hasSymbol()) {
                symbols.add(new Symbol(dim.getSymbol().getName(), dim.getSymbol().getMin(), dim.getSymbol().getMax()));
            }
        }
        TensorTexts texts = new TensorTexts(plan);
        List<Port> inputs = ports(program.getInputsList(), texts);
        List<Port> outputs = ports(program.getOutputsList(), texts);
        List<Port> states = new ArrayList<>();
        List<Port> next = new ArrayList<>();
        for (StateProto state : program.getStatesList()) {
            states.add(port(state.getName(), state.getValue(), texts));
            next.add(port(state.getName(), state.getNext(), texts));
        }
        List<StepFacts> steps = new StepWalk(plan, texts).steps(program);
        List<ArenaSpan> spans = ArenaSpan.of(plan, program, texts);
        long parameters = 0;
        for (int t = 0; t < model.getTensorsCount(); t++) {
            TensorProto tensor = model.getTensors(t);
            parameters += tensor.getRegion() == Region.WEIGHTS ? plan.capacity(t) : 0;
        }
        return new ModelFacts(file.name(), model.getSerializedSize(), model.getProducer(),
                model.getDebug().getSource(), HexFormat.of().formatHex(model.getFingerprint().toByteArray()),
                model.getMetadataList().stream()
                        .filter(entry -> entry.getKey().equals("stream"))
                        .flatMap(entry -> entry.getValue().lines())
                        .toList(),
                symbols, inputs, outputs, states, next, steps, spans, parameters, model.getWeights().size(),
                bytes(plan.arenaElements()), ArenaSpan.lowerBound(spans), bytes(plan.stateElements()),
                inputs.stream().mapToLong(Port::bytes).sum() + outputs.stream().mapToLong(Port::bytes).sum(),
                TrainingFacts.of(plan));
    }

    private static List<Port> ports(List<PortProto> ports, TensorTexts texts) {
        return ports.stream().map(port -> port(port.getName(), port.getTensor(), texts)).toList();
    }

    private static Port port(String name, int tensor, TensorTexts texts) {
        return new Port(name, texts.type(tensor), texts.bytes(tensor), tensor);
    }

    private static long bytes(int[] elements) {
        long bytes = 0;
        for (DType.Storage storage : DType.Storage.values()) {
            bytes += (long) elements[storage.ordinal()] * width(storage);
        }
        return bytes;
    }

    /** Bytes of an element of a storage. */
    static int width(DType.Storage storage) {
        return switch (storage) {
            case DOUBLES, LONGS -> 8;
            case FLOATS, INTS -> 4;
            case SHORTS -> 2;
            case BYTES -> 1;
        };
    }
}
