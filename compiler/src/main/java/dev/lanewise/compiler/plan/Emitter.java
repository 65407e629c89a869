package dev.lanewise.compiler.plan;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.Limits;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.WeightForm;
import dev.lanewise.formats.proto.BlockProto;
import dev.lanewise.formats.proto.Bytes;
import dev.lanewise.formats.proto.DebugProto;
import dev.lanewise.formats.proto.MemoryProto;
import dev.lanewise.formats.proto.ModelProto;
import dev.lanewise.formats.proto.PortProto;
import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.formats.proto.Region;
import dev.lanewise.formats.proto.StateProto;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.formats.proto.TensorProto;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Lowers graphs, places their tensors and writes the message, a program for each graph. Used once. */
public final class Emitter {

    /** What every model has. */
    public static final String INFER = "infer";

    /** One step of training, or its gradients. */
    public static final String TRAIN = "train";

    /** The loss of a batch with the parameters as they are. */
    public static final String EVALUATE = "evaluate";

    /** A step of training from the gradients that "train" has added up. */
    public static final String UPDATE = "update";

    private final DimTable dims = new DimTable();
    private final Map<Literal, PlanTensor> constants = new HashMap<>();
    private final ModelProto.Builder model = ModelProto.newBuilder();
    private final DebugProto.Builder debug = DebugProto.newBuilder();
    private final ByteArrayOutputStream largeWeights = new ByteArrayOutputStream();
    private final ByteArrayOutputStream smallWeights = new ByteArrayOutputStream();
    private int tensors;
    private Placement.Result placed;

    /**
     * What came out.
     *
     * @param lowerBound [storage] elements that no placement of the arena of "infer" could do without
     * @param requests what was placed in that arena
     */
    public record Emitted(ModelFile file, long[] lowerBound, List<MemoryPlanner.Request> requests) {}

    /** Adds a program whose states begin with zeros. */
    public Emitter add(String program, Graph graph) {
        return add(program, graph, Map.of());
    }

    /**
     * Adds a program; "infer" comes first.
     *
     * @param initials what states begin with that do not begin with zeros, by name
     */
    public Emitter add(String program, Graph graph, Map<String, Literal> initials) {
        Lowering lowering = new Lowering(dims, constants);
        List<PlanTensor> inputs = new ArrayList<>();
        for (Graph.Port port : graph.inputs()) {
            inputs.add(bind(lowering, port.value().name(), port.value().type(), port));
        }
        List<PlanTensor> states = new ArrayList<>();
        for (Graph.StatePair state : graph.states()) {
            PlanTensor tensor = new PlanTensor(state.name(), state.value().type(), null);
            lowering.bind(state.value(), tensor);
            states.add(tensor);
        }
        PlanBlock body = lowering.lower(graph);
        separateViews(body, inputs, states);
        List<PlanTensor> outputs = new ArrayList<>();
        for (Graph.Port port : graph.outputs()) {
            outputs.add(ownMemory(body, lowering.tensor(port.value()), inputs, states, outputs));
        }
        List<PlanTensor> alive = new ArrayList<>(outputs);
        List<PlanTensor> nexts = new ArrayList<>();
        for (Graph.StatePair state : graph.states()) {
            PlanTensor next = lowering.tensor(state.next());
            if (next.root().region == Region.WEIGHTS) {
                next = copy(body, next);
            }
            InPlace.lay(body, states.get(nexts.size()), next.root());
            nexts.add(next);
            alive.add(next);
        }
        Placement.Result result = new Placement(body, inputs, states, outputs).place(states, alive);
        ProgramProto.Builder proto = program(graph, body, inputs, outputs, states);
        for (int i = 0; i < states.size(); i++) {
            Literal initial = initials.get(graph.states().get(i).name());
            proto.addStates(StateProto.newBuilder()
                    .setName(graph.states().get(i).name())
                    .setValue(id(states.get(i)))
                    .setNext(id(nexts.get(i)))
                    .setInitial(initial == null ? 0 : id(lowering.constant(states.get(i).name, initial)) + 1));
        }
        if (program.equals(INFER)) {
            placed = result;
            model.setArena(memory(result.arena())).setState(memory(result.state()));
        } else {
            proto.setArena(memory(result.arena())).setState(memory(result.state()));
        }
        model.addPrograms(proto.setName(program));
        return this;
    }

    /** Bytes of the arena of the program that was added last; not of "infer". */
    public long arenaBytes() {
        MemoryProto arena = model.getPrograms(model.getProgramsCount() - 1).getArena();
        return 8L * (arena.getDoubles() + (long) arena.getLongs()) + 4L * (arena.getFloats() + (long) arena.getInts())
                + 2L * arena.getShorts() + arena.getBytes();
    }

    /**
     * Makes the model file.
     *
     * @param source name of the model it came from, for people
     * @param withDebug whether names of tensors and steps are kept
     */
    public Emitted emit(String source, boolean withDebug) {
        model.addAllDims(dims.entries());
        model.setProducer("lanewise");
        if (withDebug) {
            model.setDebug(debug.setSource(source));
        }
        largeWeights.writeBytes(smallWeights.toByteArray());
        byte[] weights = largeWeights.toByteArray();
        model.setWeights(Bytes.wrap(weights, 0, weights.length));
        return new Emitted(ModelFile.complete(source, model.build()), placed.lowerBound(), placed.requests());
    }

    private static PlanTensor bind(Lowering lowering, String name, ValueType type, Graph.Port port) {
        PlanTensor tensor = new PlanTensor(name, type, null);
        lowering.bind(port.value(), tensor);
        return tensor;
    }

    /** A view of a weight has nothing to share at run time: it becomes a copy. */
    private static void separateViews(PlanBlock block, List<PlanTensor> inputs, List<PlanTensor> states) {
        for (PlanStep step : block.steps) {
            step.blocks.forEach(nested -> separateViews(nested, inputs, states));
            if (Placement.isView(step)) {
                PlanTensor view = step.outputs.get(0);
                PlanTensor source = step.inputs.get(0);
                if (source.root().isConstant() || view.type.type().storage() != source.type.type().storage()) {
                    view.viewOf = null;
                }
            }
        }
    }

    /** The tensor itself, or a copy where its memory is an input's, a state's, a weight's or another output's. */
    private static PlanTensor ownMemory(
            PlanBlock body, PlanTensor tensor, List<PlanTensor> inputs, List<PlanTensor> states,
            List<PlanTensor> outputs) {
        PlanTensor root = tensor.root();
        boolean taken = root.isConstant() || inputs.contains(root) || states.contains(root)
                || outputs.stream().anyMatch(other -> other.root() == root);
        return taken ? copy(body, tensor) : tensor;
    }

    private static PlanTensor copy(PlanBlock body, PlanTensor tensor) {
        PlanTensor copy = new PlanTensor(tensor.name, tensor.type, null);
        body.steps.add(new PlanStep(tensor.name, StepKind.RESHAPE, List.of(tensor), List.of(copy)));
        return copy;
    }

    /** Everything but name, states and memory; inputs and states get their numbers before what comes from them. */
    private ProgramProto.Builder program(
            Graph graph, PlanBlock body, List<PlanTensor> inputs, List<PlanTensor> outputs, List<PlanTensor> states) {
        ProgramProto.Builder program = ProgramProto.newBuilder();
        for (int i = 0; i < inputs.size(); i++) {
            program.addInputs(PortProto.newBuilder()
                    .setName(graph.inputs().get(i).name())
                    .setTensor(id(inputs.get(i))));
        }
        states.forEach(this::id);
        program.setBody(block(body));
        for (int i = 0; i < outputs.size(); i++) {
            program.addOutputs(PortProto.newBuilder()
                    .setName(graph.outputs().get(i).name())
                    .setTensor(id(outputs.get(i))));
        }
        return program;
    }

    private BlockProto block(PlanBlock block) {
        BlockProto.Builder proto = BlockProto.newBuilder();
        block.params.forEach(param -> proto.addParams(id(param)));
        for (PlanStep step : block.steps) {
            debug.addStepNames(step.name);
            StepProto.Builder out = StepProto.newBuilder().setKind(step.kind);
            step.inputs.forEach(input -> out.addInputs(input == null ? 0 : id(input) + 1));
            step.outputs.forEach(output -> out.addOutputs(output == null ? 0 : id(output) + 1));
            out.addAllInts(step.ints).addAllFloats(withoutTrailingZeros(step.floats));
            step.blocks.forEach(nested -> out.addBlocks(block(nested)));
            proto.addSteps(out);
        }
        block.results.forEach(result -> proto.addResults(id(result)));
        return proto.build();
    }

    private static List<Float> withoutTrailingZeros(List<Float> floats) {
        int end = floats.size();
        while (end > 0 && Float.floatToRawIntBits(floats.get(end - 1)) == 0) {
            end--;
        }
        return floats.subList(0, end);
    }

    private int id(PlanTensor tensor) {
        if (tensor.id >= 0) {
            return tensor.id;
        }
        PlanTensor root = tensor.root();
        if (root != tensor) {
            id(root); // the owner of an array comes before its views
        }
        tensor.id = tensors++;
        TensorProto.Builder proto =
                TensorProto.newBuilder().setType(tensor.type.type().proto()).setRegion(root.region);
        for (Dim dim : tensor.type.shape()) {
            proto.addDims(dims.id(dim));
        }
        switch (root.region) {
            case ARENA, STATE -> proto.setOffset(root.offset);
            case PORT -> proto.setOffset(root.id);
            case WEIGHTS -> writeWeights(tensor, proto);
            case UNRECOGNIZED -> throw new IllegalStateException();
        }
        model.addTensors(proto);
        debug.addTensorNames(tensor.name);
        return tensor.id;
    }

    private void writeWeights(PlanTensor tensor, TensorProto.Builder proto) {
        proto.setSplat(tensor.constant.isSplat() && tensor.constant.size() > 1);
        if (tensor.constant.form() != WeightForm.F32) {
            proto.setStored(tensor.constant.form().proto())
                    .setRoundInputs(tensor.constant.form() == WeightForm.INT8_DYNAMIC);
        }
        byte[] bytes = tensor.constant.store();
        boolean large = bytes.length >= Limits.WEIGHT_ALIGNMENT;
        ByteArrayOutputStream out = large ? largeWeights : smallWeights;
        long aligned = large ? Limits.align(bytes.length) : Limits.alignSmall(bytes.length);
        out.write(bytes, 0, bytes.length);
        out.write(new byte[(int) aligned - bytes.length], 0, (int) aligned - bytes.length);
    }

    private static MemoryProto memory(int[] elements) {
        return MemoryProto.newBuilder()
                .setFloats(elements[DType.Storage.FLOATS.ordinal()])
                .setDoubles(elements[DType.Storage.DOUBLES.ordinal()])
                .setLongs(elements[DType.Storage.LONGS.ordinal()])
                .setInts(elements[DType.Storage.INTS.ordinal()])
                .setShorts(elements[DType.Storage.SHORTS.ordinal()])
                .setBytes(elements[DType.Storage.BYTES.ordinal()])
                .build();
    }
}
