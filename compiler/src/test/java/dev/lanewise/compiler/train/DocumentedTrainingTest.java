package dev.lanewise.compiler.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.train.Accuracy;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.Dataset;
import dev.lanewise.runtime.train.FitOptions;
import dev.lanewise.runtime.train.Fitted;
import dev.lanewise.runtime.train.ProgressBar;
import dev.lanewise.runtime.train.Schedule;
import dev.lanewise.runtime.train.Trainer;
import dev.lanewise.runtime.train.TrainingLog;
import dev.lanewise.runtime.train.TrainingPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program of docs/training.md, on pictures that are made up: a stroke whose place is the digit. */
@Tag("once")
class DocumentedTrainingTest {

    private static final int PICTURES = 1200;

    @Test
    void aClassifierInThirtyLines(@TempDir Path folder) throws IOException {
        Random random = new Random(1);
        float[] pixels = new float[PICTURES * 784];
        int[] digits = new int[PICTURES];
        for (int i = 0; i < PICTURES; i++) {
            digits[i] = random.nextInt(10);
            for (int j = 0; j < 784; j++) {
                pixels[i * 784 + j] = random.nextFloat() * 0.7f + (j / 28 / 2 == digits[i] + 1 ? 0.3f : 0);
            }
        }

        NetworkBuilder net = Network.builder(42);
        Dim batch = Dim.upTo("batch", 32);
        Tensor x = net.input("x", DType.F32, batch, Dim.of(784));
        Tensor scores = x.then(Dense.of("hidden", 128)).relu().then(Dense.of("scores", 10));
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, batch)));

        Path compiled = folder.resolve("digits.lane");
        Compiler.compile("digits", net.build(), CompileOptions.defaults()
                .training(TrainOptions.of("loss", Optimizer.adam()))).file().write(compiled);

        Model model = Model.load(compiled);
        Trainer trainer = Trainer.of(model);
        Dataset data = Dataset.arrays(PICTURES).floats("x", pixels).ints("label", digits);
        Fitted fitted = trainer.fit(data.part(0, 1000), FitOptions.of(20, Batching.of(32).labels("label", 10))
                .schedule(Schedule.oneCycle(0.003))
                .validation(data.part(1000, PICTURES))
                .metric(Accuracy.of("scores", "label"))
                .stopEarly("accuracy", 3)
                .checkpoint(folder.resolve("digits.checkpoint")).resume()
                .listener(ProgressBar.ofConsole())
                .listener(new TrainingLog(folder.resolve("digits.jsonl"), 50))
                .listener(new TrainingPage(folder.resolve("digits.html"))));
        trainer.publish();
        trainer.save(folder.resolve("digits-trained.lane"));

        double best = fitted.epochs().get(fitted.bestEpoch() - 1).validation().get("accuracy");
        assertTrue(best > 0.95, best + " right");
        int right = 0;
        Session session = model.newSession();
        session.input("x").setShape(1, 784);
        for (int i = 1000; i < PICTURES; i++) {
            session.input("x").set(pixels, i * 784);
            session.run();
            int found = 0;
            for (int c = 1; c < 10; c++) {
                found = session.output("scores").get(c) > session.output("scores").get(found) ? c : found;
            }
            right += found == digits[i] ? 1 : 0;
        }
        assertEquals(best, right / 200.0, 1e-9);
        assertTrue(Files.size(folder.resolve("digits.html")) > 2000);
    }
}
