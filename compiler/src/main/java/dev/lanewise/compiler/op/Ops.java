package dev.lanewise.compiler.op;

import java.util.List;
import java.util.function.Supplier;

/** The list of all operations, each by its cases. */
public final class Ops {

    /**
     * An operation's row.
     *
     * @param op the class that implements it
     * @param cases what it is tested and measured on
     */
    public record Entry(Class<? extends dev.lanewise.compiler.graph.Op> op, Supplier<List<OpCase>> cases) {}

    public static final List<Entry> ALL = List.of(
            // Elementwise
            new Entry(Unary.class, Unary::cases),
            new Entry(Binary.class, Binary::cases),
            new Entry(Where.class, Where::cases),
            new Entry(Cast.class, Cast::cases),
            new Entry(BitCast.class, BitCast::cases),
            new Entry(Random.class, Random::cases),
            new Entry(Dropout.class, Dropout::cases),
            // Products, convolutions, recurrent layers
            new Entry(MatMul.class, MatMul::cases),
            new Entry(Conv.class, Conv::cases),
            new Entry(DepthwisePlanes.class, DepthwisePlanes::cases),
            new Entry(ConvFilterGradient.class, ConvFilterGradient::cases),
            new Entry(Pool.class, Pool::cases),
            new Entry(PoolGradient.class, PoolGradient::cases),
            new Entry(RoiAlign.class, RoiAlign::cases),
            new Entry(Lstm.class, Lstm::cases),
            new Entry(Gru.class, Gru::cases),
            new Entry(Rnn.class, Rnn::cases),
            new Entry(RecurrentForward.class, RecurrentForward::cases),
            new Entry(RecurrentBackward.class, RecurrentBackward::cases),
            new Entry(Attention.class, Attention::cases),
            new Entry(AttentionGradient.class, AttentionGradient::cases),
            // Reductions and normalisations
            new Entry(Reduce.class, Reduce::cases),
            new Entry(ArgExtreme.class, ArgExtreme::cases),
            new Entry(Cumulate.class, Cumulate::cases),
            new Entry(Softmax.class, Softmax::cases),
            new Entry(SoftmaxGradient.class, SoftmaxGradient::cases),
            new Entry(LayerNorm.class, LayerNorm::cases),
            new Entry(LayerNormGradient.class, LayerNormGradient::cases),
            new Entry(RmsNorm.class, RmsNorm::cases),
            new Entry(BatchNorm.class, BatchNorm::cases),
            // Movement
            new Entry(Transpose.class, Transpose::cases),
            new Entry(Reshape.class, Reshape::cases),
            new Entry(Slice.class, Slice::cases),
            new Entry(Concat.class, Concat::cases),
            new Entry(Expand.class, Expand::cases),
            new Entry(Pad.class, Pad::cases),
            new Entry(Gather.class, Gather::cases),
            new Entry(GatherElements.class, GatherElements::cases),
            new Entry(GatherNd.class, GatherNd::cases),
            new Entry(ScatterElements.class, ScatterElements::cases),
            new Entry(ScatterNd.class, ScatterNd::cases),
            new Entry(Trilu.class, Trilu::cases),
            new Entry(OneHot.class, OneHot::cases),
            new Entry(TopK.class, TopK::cases),
            // Extents as data, data as extents
            new Entry(Extents.class, Extents::cases),
            new Entry(Range.class, Range::cases),
            new Entry(NonZero.class, NonZero::cases),
            new Entry(NonMaxSuppression.class, NonMaxSuppression::cases),
            // Training
            new Entry(CrossEntropy.class, CrossEntropy::cases),
            new Entry(CrossEntropyGradient.class, CrossEntropyGradient::cases),
            new Entry(Ctc.class, Ctc::cases),
            new Entry(Update.class, Update::cases),
            new Entry(UpdateRows.class, UpdateRows::cases),
            new Entry(SumRows.class, SumRows::cases),
            new Entry(Barrier.class, Barrier::cases),
            // Control
            new Entry(Branch.class, Branch::cases),
            new Entry(Repeat.class, Repeat::cases));

    private Ops() {}
}
