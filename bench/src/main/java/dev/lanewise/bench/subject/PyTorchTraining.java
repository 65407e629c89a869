package dev.lanewise.bench.subject;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.lanewise.bench.row.TrainingWork;
import dev.lanewise.bench.train.TorchMath;
import dev.lanewise.bench.train.TrainedNet;
import dev.lanewise.compiler.graph.Literal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** PyTorch's autograd, and the Adam that DJL has for it: one native call for each parameter. */
final class PyTorchTraining implements Subject {

    private static final int STEPS_FOR_MEMORY = 3;
    private static final float BETA1 = TrainingWork.OPTIMIZER.first();
    private static final float BETA2 = TrainingWork.OPTIMIZER.second();

    private final TrainedNet net;
    private final TorchMath torch;
    private final List<Map<String, NDArray>> batches = new ArrayList<>();
    private final List<NDArray> means = new ArrayList<>();
    private final List<NDArray> squares = new ArrayList<>();
    private final long memory;
    private int step;
    private float loss;

    private PyTorchTraining(TrainingWork work, long memory) {
        this.memory = memory;
        net = work.net();
        torch = net.torch();
        for (Map<String, Literal> batch : work.batches()) {
            Map<String, NDArray> arrays = new LinkedHashMap<>();
            batch.forEach((name, literal) -> arrays.put(name, torch.array(literal)));
            batches.add(arrays);
        }
    }

    static PyTorchTraining of(TrainingWork work) throws IOException {
        PyTorchSubject.startEngine(1);
        try (NDManager manager = NDManager.newBaseManager()) { // what the engine loads at its first product
            NDArray square = manager.ones(TorchMath.shape(64, 64));
            square.matMul(square).toFloatArray();
        }
        ResidentMemory before = ResidentMemory.now();
        long memory;
        try (PyTorchTraining trial = new PyTorchTraining(work, 0)) {
            for (int i = 0; i < STEPS_FOR_MEMORY; i++) {
                trial.run();
            }
            memory = before.mostSince();
        }
        return new PyTorchTraining(work, memory);
    }

    @Override
    public void run() {
        Map<String, NDArray> batch = batches.get(step % batches.size());
        step++;
        try (NDManager scope = torch.manager().newSubManager()) {
            batch.values().forEach(array -> array.attach(scope));
            NDArray result = net.loss(torch, batch);
            torch.backward(result);
            loss = result.getFloat();
            update();
            batch.values().forEach(array -> array.attach(torch.manager()));
        }
    }

    private void update() {
        List<NDArray> parameters = torch.trained();
        if (means.isEmpty()) {
            parameters.forEach(parameter -> {
                means.add(parameter.zerosLike());
                squares.add(parameter.zerosLike());
            });
        }
        float rate = TrainingWork.RATE;
        float corrected = (float) (rate * Math.sqrt(1 - Math.pow(BETA2, step)) / (1 - Math.pow(BETA1, step)));
        for (int i = 0; i < parameters.size(); i++) {
            PtNDArray parameter = (PtNDArray) parameters.get(i);
            try (PtNDArray gradient = (PtNDArray) parameter.getGradient()) {
                JniUtils.adamUpdate(parameter, gradient, (PtNDArray) means.get(i), (PtNDArray) squares.get(i), rate,
                        corrected, 0, 1, -1, BETA1, BETA2, TrainingWork.OPTIMIZER.epsilon(), false);
            }
            JniUtils.zeroGrad(parameter);
        }
    }

    @Override
    public float[] output() {
        return new float[] {loss};
    }

    @Override
    public long memory() {
        return memory;
    }

    @Override
    public void close() {
        torch.close();
    }
}
