package dev.lanewise.bench.row;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Literal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Whole models: those of the reference data, and an encoder that is built here. */
public final class ModelRows {

    private static final int SAMPLES = 576; // a chunk of 512 and 64 before it
    private static final int LAYERS = 8;
    private static final int LENGTH = 64;
    private static final int WIDTH = 256;
    private static final int HEADS = 8;

    private static final int TOKENS = 64;
    private static final int GPT2_LAYERS = 5;
    private static final int GPT2_HEADS = 4;
    private static final int GPT2_HEAD = 8;
    private static final int GPT2_VOCABULARY = 1_000;

    private ModelRows() {}

    static List<Row> all(Path data) {
        Path models = data.resolve("models");
        return List.of(
                row("Silero, a chunk of 32 ms", 3, () -> sileroChunk(models)),
                row("MNIST-8, a digit", 2, () -> ModelWork.of(
                        models.resolve("onnx-mnist-8/model.onnx"), fixed(),
                        List.of(Feed.random("Input3", 1, 1, 28, 28)))),
                row("YuNet, an image of 320×320", 1, () -> ModelWork.of(
                        models.resolve("yunet/yunet_s_320_320.onnx"), fixed(),
                        List.of(Feed.random("input", 1, 3, 320, 320)))),
                row("DTLN, a frame", 3, () -> ModelWork.of(
                                models.resolve("dtln/model_1.onnx"), CompileOptions.defaults(),
                                List.of(Feed.random("input_2", 1, 1, 257), Feed.zeros("input_3", 1, 2, 128, 2)))
                        .carry("input_3", "tf_op_layer_stack_2")),
                row("tiny GPT-2, " + TOKENS + " tokens", 3, () -> gpt2(models.resolve("tiny-gpt2/past.onnx"))),
                row("encoder of 8 layers, d=256, T=64", 1, ModelRows::encoder));
    }

    private static Row row(String name, double least, Row.Maker maker) {
        return new Row(Suite.MODELS, name, least, Row.Against.BEST, maker);
    }

    private static CompileOptions fixed() {
        return CompileOptions.defaults().defaultBound(1);
    }

    static Path silero(Path models) {
        return models.resolve("silero-vad/silero_vad_16k_op15.onnx");
    }

    /** For one stream of 16,000 samples a second, in chunks. */
    public static CompileOptions sileroStream() {
        return CompileOptions.defaults()
                .dim("batch", 1, 1)
                .dim("sequence", SAMPLES, SAMPLES)
                .pin("sr", Literal.scalar(16_000L))
                .debug(false);
    }

    private static ModelWork sileroChunk(Path models) throws Exception {
        return ModelWork.of(
                        silero(models), sileroStream(),
                        List.of(
                                Feed.random("input", 1, SAMPLES),
                                Feed.zeros("state", 2, 1, 128),
                                Feed.longs("sr", new int[0], 16_000)))
                .carry("state", "stateN");
    }

    /** Tokens one by one, from an empty cache. */
    private static ModelWork gpt2(Path model) throws Exception {
        CompileOptions options = CompileOptions.defaults()
                .dim("batch_size", 1, 1)
                .dim("seq_len", 1, 1)
                .dim("past_seq_len", 0, TOKENS) // what the last one adds is kept, too
                .dim("total_seq_len", 1, TOKENS + 1);
        List<List<Feed>> tokens = new ArrayList<>();
        for (int t = 0; t < TOKENS; t++) {
            int[] one = new int[t + 1];
            Arrays.fill(one, 1);
            List<Feed> feeds = new ArrayList<>(List.of(
                    Feed.ints("input_ids", new int[] {1, 1}, 37 * t % GPT2_VOCABULARY),
                    Feed.ints("position_ids", new int[] {1, 1}, t),
                    Feed.ints("attention_mask", new int[] {1, t + 1}, one)));
            for (int layer = 0; layer < GPT2_LAYERS; layer++) {
                feeds.add(Feed.zeros("past_" + layer, 2, 1, GPT2_HEADS, t, GPT2_HEAD));
            }
            tokens.add(feeds);
        }
        ModelWork work = ModelWork.of(model, options, tokens.get(0)).runs(tokens);
        for (int layer = 0; layer < GPT2_LAYERS; layer++) {
            work = work.carry("past_" + layer, "present_" + layer);
        }
        return work;
    }

    private static ModelWork encoder() {
        OnnxGraph graph = new OnnxGraph();
        String x = graph.input("x", 1, LENGTH, WIDTH);
        for (int layer = 0; layer < LAYERS; layer++) {
            x = Encoder.layer(graph, x, LENGTH, WIDTH, HEADS, 10 * layer);
        }
        graph.named("Identity", List.of("y"), x);
        graph.output("y", 1, LENGTH, WIDTH);
        return ModelWork.of(graph, List.of(Feed.random("x", 1, LENGTH, WIDTH)), null);
    }
}
