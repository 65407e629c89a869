package dev.lanewise.runtime.step;

import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/** The list of all steps: each kind of {@code model.proto} and the class that executes it. */
public final class Steps {

    private Steps() {}

    /**
     * Prepares a step.
     *
     * @throws dev.lanewise.formats.FormatException where its arguments make no sense
     */
    public static Step prepare(StepKind kind, StepArgs args) {
        return switch (kind) {
            case UNARY -> new UnaryStep(args);
            case BINARY -> new BinaryStep(args);
            case WHERE -> new WhereStep(args);
            case CAST -> args.integer(0, 0, 2) == 2 ? new BitCastStep(args) : new CastStep(args);

            case MATMUL -> new MatmulStep(args);
            case MATMUL_DYNAMIC -> new MatmulDynamicStep(args);
            case CONV -> new ConvStep(args, false);
            case CONV_DYNAMIC -> new ConvStep(args, true);
            case DEPTHWISE_PLANES -> new DepthwisePlanesStep(args);
            case CONV_FILTER_GRAD -> new ConvFilterGradientStep(args);
            case POOL_MAX -> new PoolStep(args, false);
            case POOL_AVERAGE -> new PoolStep(args, true);
            case POOL_MAX_GRAD -> PoolGradientStep.of(args, false);
            case POOL_AVERAGE_GRAD -> PoolGradientStep.of(args, true);
            case ROI_ALIGN -> new RoiAlignStep(args);
            case LSTM -> new LstmStep(args);
            case GRU -> new GruStep(args);
            case RNN -> new RnnStep(args);
            case RECURRENT_FORWARD -> new RecurrentForwardStep(args);
            case RECURRENT_BACKWARD -> new RecurrentBackwardStep(args);
            case REDUCE -> new ReduceStep(args);
            case ARG_EXTREME -> new ArgExtremeStep(args);
            case CUMULATE -> new CumulateStep(args);
            case SOFTMAX -> new SoftmaxStep(args);
            case LAYER_NORM -> new LayerNormStep(args, false);
            case RMS_NORM -> new LayerNormStep(args, true);
            case SOFTMAX_GRAD -> new SoftmaxGradientStep(args);
            case LAYER_NORM_GRAD -> new LayerNormGradientStep(args);
            case ATTENTION -> new AttentionStep(args);
            case ATTENTION_GRAD -> new AttentionGradientStep(args);
            case RANDOM -> new RandomStep(args);

            case TRANSPOSE -> new TransposeStep(args);
            case SLICE -> new SliceStep(args);
            case CONCAT -> new ConcatStep(args);
            case EXPAND -> new ExpandStep(args);
            case PAD -> new PadStep(args);
            case RESHAPE -> new ReshapeStep(args);
            case GATHER -> new GatherStep(args);
            case GATHER_ELEMENTS -> new GatherElementsStep(args);
            case GATHER_ND -> new GatherNdStep(args);
            case SCATTER_ELEMENTS -> new ScatterElementsStep(args);
            case SCATTER_ND -> new ScatterNdStep(args);
            case TRILU -> new TriluStep(args);

            case DIMS -> new DimsStep(args);
            case RANGE -> new RangeStep(args);
            case NON_ZERO -> new NonZeroStep(args);
            case NON_MAX_SUPPRESSION -> new NonMaxSuppressionStep(args);
            case TOP_K -> new TopKStep(args);
            case ONE_HOT -> new OneHotStep(args);
            case LEARN -> new LearnStep(args);

            case UPDATE -> new UpdateStep(args, false);
            case UPDATE_ROWS -> new UpdateStep(args, true);
            case SUM_ROWS -> new SumRowsStep(args);
            case CROSS_ENTROPY -> new CrossEntropyStep(args);
            case CROSS_ENTROPY_GRADIENT -> new CrossEntropyGradientStep(args);
            case CTC -> new CtcStep(args);

            case REPEAT -> new RepeatStep(args);
            case BRANCH -> new BranchStep(args);

            default -> throw args.bad("kind", "this version cannot execute it");
        };
    }
}
