package dev.lanewise.bench.subject;

import dev.lanewise.bench.row.ModelWork;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.formats.proto.MemoryProto;
import dev.lanewise.formats.proto.ModelProto;
import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Tensor;

/** Lanewise: compiled, loaded, hot. */
public abstract class LanewiseSubject implements Subject {

    final Model model;
    private final long weightBytes;
    private final long memory;

    /** @param program of which a session is made */
    LanewiseSubject(Compiled compiled, String program) {
        model = Model.of(compiled.file(), LoadOptions.defaults().start(LoadOptions.Start.WAIT_UNTIL_HOT));
        weightBytes = compiled.file().weights().remaining();
        memory = weightBytes + memory(compiled.file().message(), program);
    }

    static Compiled compile(ModelWork work) {
        return Compiler.compile("work", work.onnx(), null, work.options());
    }

    /** Bytes of a session's arena and state; the file's where a program has none of its own. */
    private static long memory(ModelProto file, String name) {
        ProgramProto program = file.getProgramsList().stream().filter(each -> each.getName().equals(name)).findFirst()
                .orElse(ProgramProto.getDefaultInstance());
        return bytes(program.hasArena() ? program.getArena() : file.getArena())
                + bytes(program.hasState() ? program.getState() : file.getState());
    }

    private static long bytes(MemoryProto memory) {
        return 4L * memory.getFloats() + 8L * memory.getDoubles() + 8L * memory.getLongs() + 4L * memory.getInts()
                + 2L * memory.getShorts() + memory.getBytes();
    }

    static LanewiseSubject of(ModelWork work) {
        return work.streams() == null ? new LanewiseSession(work) : new LanewiseStreams(work);
    }

    /** The first of the model's outputs. */
    abstract Tensor tensor();

    /** Multiply-adds of all calls so far, counted by the steps that ran. */
    abstract long allMultiplyAdds();

    /** Multiply-adds of a call. */
    public final long multiplyAdds() throws Exception {
        long before = allMultiplyAdds();
        run();
        return allMultiplyAdds() - before;
    }

    @Override
    public final float[] output() {
        Tensor output = tensor();
        float[] copy = new float[output.size()];
        System.arraycopy(output.floats(), output.offset(), copy, 0, copy.length);
        return copy;
    }

    /** Bytes of the file's weights. */
    public final long weightBytes() {
        return weightBytes;
    }

    public abstract String kernels();

    /** Weights, arena and state, all of which are there from the beginning. */
    @Override
    public final long memory() {
        return memory;
    }

    @Override
    public void close() {}
}
