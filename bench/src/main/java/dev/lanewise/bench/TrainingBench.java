package dev.lanewise.bench;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import dev.lanewise.bench.train.TrainedConvNet;
import dev.lanewise.bench.train.TrainedEncoder;
import dev.lanewise.bench.train.TrainedNet;
import dev.lanewise.runtime.Session;
import java.util.Map;

/** A loss and its gradients by all parameters, Lanewise against PyTorch's autograd: paired, one thread each. */
public final class TrainingBench {

    private TrainingBench() {}

    /** @param args seconds to warm up, then a name to measure one alone */
    public static void main(String[] args) throws Exception {
        int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        String only = args.length > 1 ? args[1] : "";
        System.setProperty("ai.djl.pytorch.num_threads", "1");
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        System.setProperty("ai.djl.offline", "true");
        Engine engine = Engine.getEngine("PyTorch");
        JniUtils.setNumThreads(1);
        measure("conv net, 28 × 28, batch 32", new TrainedConvNet(32), engine, seconds, only);
        measure("encoder layer, d = 128, 4 heads, T = 64, batch 16", new TrainedEncoder(16, 64, 128, 4, 512), engine,
                seconds, only);
    }

    private static void measure(String name, TrainedNet net, Engine engine, int seconds, String only)
            throws Exception {
        if (!name.contains(only)) {
            return;
        }
        Session session = net.session();
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        while (System.nanoTime() < end) {
            session.run();
        }
        try (NDManager manager = engine.newBaseManager()) {
            Map<String, NDArray> values = net.values(manager);
            Paired.Result result = Paired.time(10, 41, () -> {
                for (int i = 0; i < 4; i++) {
                    session.run();
                }
                return 4;
            }, () -> {
                for (int i = 0; i < 4; i++) {
                    backward(net, engine, manager, values);
                }
                return 4;
            });
            System.out.println("* " + name + ": " + result);
        }
    }

    private static void backward(TrainedNet net, Engine engine, NDManager manager, Map<String, NDArray> values) {
        try (NDManager scope = manager.newSubManager();
                GradientCollector collector = engine.newGradientCollector()) {
            values.values().forEach(value -> value.attach(scope));
            NDArray loss = net.loss(values);
            collector.backward(loss);
            values.values().forEach(value -> value.attach(manager));
        }
    }
}
