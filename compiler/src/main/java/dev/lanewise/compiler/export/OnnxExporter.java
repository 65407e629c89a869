package dev.lanewise.compiler.export;

import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.ModelProto;
import dev.lanewise.compiler.onnx.proto.OperatorSetIdProto;
import dev.lanewise.compiler.onnx.proto.StringStringEntryProto;
import dev.lanewise.formats.CompileException;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.UnsupportedOpException;
import dev.lanewise.formats.proto.PortProto;
import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.formats.proto.StateProto;
import dev.lanewise.runtime.plan.Plan;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Turns the inference program of a model file into an ONNX model that computes the same. States become inputs and
 * outputs, with names by which compiling pairs them again. Stateless.
 */
public final class OnnxExporter {

    private static final String PROGRAM = "infer";

    private OnnxExporter() {}

    /**
     * Makes an ONNX model of a model file.
     *
     * @throws FormatException where the model file makes no sense
     * @throws PlanException where its weights do not fit into an ONNX file
     * @throws CompileException with an {@link UnsupportedOpException} for each step that ONNX, or ONNX Runtime, has no
     *     form of
     */
    public static Exported export(ModelFile file) {
        Plan plan = new Plan(file, Long.MAX_VALUE); // nothing is run
        ProgramProto program = plan.program(PROGRAM);
        LaneTensors tensors = new LaneTensors(plan, program);
        GraphDraft graph = new GraphDraft(new Constants());
        Scope scope = new Scope(tensors, graph);
        Names names = new Names();
        for (PortProto input : program.getInputsList()) {
            names.fix(scope.input(input.getTensor()), input.getName());
        }
        for (StateProto state : program.getStatesList()) {
            names.fix(scope.input(state.getValue()), state.getName());
        }
        BlockExporter blocks = new BlockExporter(tensors);
        blocks.export(program.getBody(), scope);
        blocks.requireNoProblems();
        List<String> notes = new ArrayList<>();
        outputs(program, scope, names, notes);
        if (graph.constants().versions().usesRandomness()) {
            notes.add("random: every runtime draws other numbers, of the same distribution");
        }
        byte[] bytes = model(file, graph, names).toByteArray();
        return new Exported(bytes, graph.constants().versions().opset(), notes);
    }

    private static void outputs(ProgramProto program, Scope scope, Names names, List<String> notes) {
        Set<String> taken = new HashSet<>();
        program.getInputsList().forEach(input -> taken.add(input.getName()));
        program.getStatesList().forEach(state -> taken.add(state.getName()));
        for (PortProto output : program.getOutputsList()) {
            taken.add(output.getName());
            names.fix(output(scope, output.getTensor()), output.getName());
        }
        for (StateProto state : program.getStatesList()) {
            String name = successor(state, taken);
            taken.add(name);
            notes.add("state: input " + state.getName() + ", which output " + name + " becomes for the next call");
            names.fix(output(scope, state.getNext()), name);
        }
    }

    private static OnnxValue output(Scope scope, int tensor) {
        return scope.graph().output(scope.value(tensor), scope.tensors().shape(tensor));
    }

    /** A name by which compiling pairs it with the state's. */
    private static String successor(StateProto state, Set<String> taken) {
        String name = state.getName() + "_next";
        while (taken.contains(name)) {
            name += "_";
        }
        return name;
    }

    private static ModelProto model(ModelFile file, GraphDraft draft, Names names) {
        Set<OnnxValue> used = draft.removeUnused();
        draft.constants().retain(used);
        draft.nameKnown(names);
        draft.constants().nameAll(names);
        draft.nameOthers(names);
        GraphProto.Builder graph = draft.proto("model").toBuilder();
        draft.constants().addTo(graph);
        ModelProto.Builder model = ModelProto.newBuilder()
                .setIrVersion(draft.constants().versions().ir())
                .setProducerName("lanewise")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(draft.constants().versions().opset()))
                .setGraph(graph);
        file.message().getMetadataList().forEach(entry -> model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(entry.getKey()).setValue(entry.getValue())));
        return model.build();
    }
}
