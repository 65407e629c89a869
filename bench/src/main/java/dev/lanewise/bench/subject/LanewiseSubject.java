package dev.lanewise.bench.subject;

import dev.lanewise.bench.row.Feed;
import dev.lanewise.bench.row.Work;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;

/** Lanewise: compiled, loaded, hot. */
public final class LanewiseSubject implements Subject {

    private final Session session;
    private final long weightBytes;
    private final Tensor output;

    public LanewiseSubject(Work work) {
        Compiled compiled = Compiler.compile("work", work.onnx(), null, work.options());
        Model model = Model.of(compiled.file(), LoadOptions.defaults().start(LoadOptions.Start.WAIT_UNTIL_HOT));
        session = model.newSession();
        weightBytes = compiled.file().weights().remaining();
        for (Feed feed : work.inputs()) {
            if (!session.model().inputNames().contains(feed.name())) {
                continue; // carried as state, or pinned
            }
            Tensor tensor = session.input(feed.name());
            tensor.setShape(feed.shape());
            if (feed.values() instanceof float[] values) {
                tensor.set(values);
            } else {
                long[] values = (long[]) feed.values();
                System.arraycopy(values, 0, tensor.longs(), tensor.offset(), values.length);
            }
        }
        output = session.outputs().get(0);
    }

    @Override
    public void run() {
        session.run();
    }

    @Override
    public float[] output() {
        float[] copy = new float[output.size()];
        System.arraycopy(output.floats(), output.offset(), copy, 0, copy.length);
        return copy;
    }

    /** Multiply-adds of a call, counted by the steps that ran. */
    public long multiplyAdds() {
        long before = session.multiplyAdds();
        session.run();
        return session.multiplyAdds() - before;
    }

    /** Bytes of the file's weights. */
    public long weightBytes() {
        return weightBytes;
    }

    public String kernels() {
        return session.kernels();
    }

    @Override
    public void close() {}
}
