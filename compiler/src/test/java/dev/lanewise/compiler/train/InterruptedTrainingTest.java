package dev.lanewise.compiler.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.Compiler;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.LoadOptions.Start;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.FitOptions;
import dev.lanewise.runtime.train.Fitted;
import dev.lanewise.runtime.train.StepReport;
import dev.lanewise.runtime.train.TrainListener;
import dev.lanewise.runtime.train.Trainer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is asked to end while it trains, as by Ctrl-C, saves where it is. */
@Tag("once")
class InterruptedTrainingTest {

    private static final int EXAMPLES = 1000;
    private static final int EPOCHS = 2;

    /** The process. */
    static final class Training {

        private Training() {}

        public static void main(String[] args) throws IOException {
            Model model = Model.load(Path.of(args[0]), LoadOptions.defaults().start(Start.SCALAR));
            Trainer.of(model).fit(SmallNetworks.examples(EXAMPLES, 1),
                    options(Path.of(args[1])).listener(new TrainListener() {
                @Override
                public void onStep(StepReport step) {
                    System.out.println(step.step());
                    try {
                        Thread.sleep(5);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }

                @Override
                public void onEnd() {
                    System.out.println("ended");
                }
            }));
        }
    }

    private static FitOptions options(Path checkpoint) {
        return FitOptions.of(EPOCHS, Batching.of(SmallNetworks.BATCH)).checkpoint(checkpoint).resume();
    }

    @Test
    void savesAndEnds(@TempDir Path folder) throws Exception {
        Model model = SmallNetworks.model(SmallNetworks.layers(), TrainOptions.of("loss", Optimizer.adam()),
                Start.SCALAR);
        Path file = folder.resolve("net.lane");
        model.file().write(file);
        Path checkpoint = folder.resolve("net.checkpoint");
        Process process = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classPath(),
                Training.class.getName(), file.toString(), checkpoint.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        var lines = process.inputReader();
        for (int step = 1; step <= 20; step++) {
            assertEquals(Integer.toString(step), lines.readLine());
        }
        process.toHandle().destroy(); // SIGTERM, which Java treats as it does SIGINT
        String last = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            last = line;
        }
        assertTrue(process.waitFor(10, TimeUnit.SECONDS));
        assertEquals("ended", last);
        assertTrue(Files.exists(checkpoint));
        Trainer resumed = Trainer.of(model);
        Fitted fitted = resumed.fit(SmallNetworks.examples(EXAMPLES, 1), options(checkpoint));
        assertEquals(EPOCHS * (EXAMPLES / SmallNetworks.BATCH), fitted.steps());
        Trainer whole = Trainer.of(model);
        whole.fit(SmallNetworks.examples(EXAMPLES, 1), FitOptions.of(EPOCHS, Batching.of(SmallNetworks.BATCH)));
        for (String name : whole.parameters()) {
            assertArrayEquals(whole.weights(name), resumed.weights(name), name);
        }
    }

    private static String classPath() throws Exception {
        StringBuilder path = new StringBuilder();
        for (Class<?> each : new Class<?>[] {
            Training.class, Compiler.class, Model.class, ModelFile.class
        }) {
            path.append(Path.of(each.getProtectionDomain().getCodeSource().getLocation().toURI()))
                    .append(File.pathSeparator);
        }
        return path.toString();
    }
}
