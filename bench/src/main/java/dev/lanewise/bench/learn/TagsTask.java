package dev.lanewise.bench.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.lanewise.bench.train.TorchLstm;
import dev.lanewise.bench.train.TorchMath;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.Schedule;
import dev.lanewise.samples.data.Spelling;
import dev.lanewise.samples.data.TaggedText;
import dev.lanewise.samples.data.Vocabulary;
import dev.lanewise.samples.tagging.Taggers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The part of speech of each word, from the words of its sentence and their letters. */
final class TagsTask implements LearningTask {

    private static final Taggers KIND = Taggers.BILSTM;

    private final TaggedText text;
    private final Spelling spelling;
    private final List<Split> splits;

    TagsTask(TaggedText text) {
        this.text = text;
        this.spelling = Spelling.of(text.train());
        this.splits = List.of(new Split(
                spelling.dataset(text.train(), KIND.reads()), spelling.dataset(text.held(), KIND.reads())));
    }

    static LearningTask read(Path folder) {
        return new TagsTask(TaggedText.read(folder.resolve("data/pos-ud-ewt")));
    }

    @Override
    public String about() {
        return text.about() + ": " + text.train().size() + " sentences, " + text.held().size()
                + " held out, embeddings of words, convolution over letters, LSTM of 2 × " + Taggers.UNITS;
    }

    @Override
    public List<Split> splits() {
        return splits;
    }

    @Override
    public Network network(long seed, int split) {
        return KIND.network(spelling.words().size(), spelling.letters().size(), seed);
    }

    @Override
    public int epochs() {
        return 8;
    }

    /** Other than in the sample, sentences of a batch differ in length, and both have padding to leave out. */
    @Override
    public Batching batching() {
        return Taggers.batching().mostPadding(0.1);
    }

    @Override
    public Schedule schedule() {
        return Schedule.oneCycle(0.006);
    }

    @Override
    public NDArray scores(TorchMath torch, Map<String, NDArray> batch, boolean training) {
        Shape letters = batch.get("letters").getShape(); // [batch, time, letters]
        NDArray spelled = torch.embedding("letters", batch.get("letters").reshape(-1, letters.get(2)),
                Vocabulary.PADDING).transpose(0, 2, 1); // [batch · time, 24, letters]
        NDArray ending = torch.convolution("spelling", spelled, 1, 1, 1, 1).max(new int[] {2})
                .reshape(letters.get(0), letters.get(1), -1);
        NDArray seen = torch.embedding("words", batch.get("words")).concat(ending, 2);
        NDArray read = new TorchLstm(torch, "cell", Taggers.UNITS, true)
                .outputs(TorchMath.dropout(seen, Taggers.DROPPED, training), batch.get("lengths"));
        return torch.linear("scores", TorchMath.dropout(read, Taggers.DROPPED, training));
    }
}
