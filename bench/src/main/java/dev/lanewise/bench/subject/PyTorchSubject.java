package dev.lanewise.bench.subject;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.lanewise.bench.row.ModelWork;
import dev.lanewise.bench.row.Torch;

/** PyTorch's own operations through DJL, without gradients. */
final class PyTorchSubject implements Subject {

    private final NDManager manager;
    private final Torch.Call call;
    private NDList result = new NDList();

    PyTorchSubject(ModelWork work) {
        startEngine(work.threads());
        manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
        JniUtils.setGradMode(false);
        call = work.torch().prepare(manager);
    }

    static void startEngine(int threads) {
        // Read when the engine starts; the last call settles it where it had started before.
        System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(threads));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        System.setProperty("ai.djl.offline", "true");
        Engine.getEngine("PyTorch");
        JniUtils.setNumThreads(threads);
    }

    @Override
    public void run() {
        result.close();
        result = call.run();
    }

    @Override
    public float[] output() {
        return result.get(0).toFloatArray();
    }

    @Override
    public void close() {
        manager.close();
    }
}
