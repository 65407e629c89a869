package dev.lanewise.bench.subject;

import dev.lanewise.bench.row.Work;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Tensor;

/** Lanewise: compiled, loaded, hot. */
public abstract class LanewiseSubject implements Subject {

    final Model model;
    private final long weightBytes;

    LanewiseSubject(Work work) {
        Compiled compiled = Compiler.compile("work", work.onnx(), null, work.options());
        model = Model.of(compiled.file(), LoadOptions.defaults().start(LoadOptions.Start.WAIT_UNTIL_HOT));
        weightBytes = compiled.file().weights().remaining();
    }

    static LanewiseSubject of(Work work) {
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

    @Override
    public void close() {}
}
