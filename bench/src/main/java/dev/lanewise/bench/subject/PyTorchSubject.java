package dev.lanewise.bench.subject;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.lanewise.bench.row.Torch;
import dev.lanewise.bench.row.Work;

/** PyTorch's own operations through DJL, without gradients. */
final class PyTorchSubject implements Subject {

    private final NDManager manager;
    private final Torch.Call call;
    private NDList result = new NDList();

    PyTorchSubject(Work work) {
        // Read when the engine starts; the second call settles it where it had started before.
        System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(work.threads()));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        System.setProperty("ai.djl.offline", "true");
        manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
        JniUtils.setNumThreads(work.threads());
        JniUtils.setGradMode(false);
        call = work.torch().prepare(manager);
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
