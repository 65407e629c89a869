/**
 * Graphs into graphs that compute the same. {@link dev.lanewise.compiler.pass.Passes} is the list, in order; one file
 * is one pass, and most build on {@code Rewriting}.
 *
 * <ul>
 *   <li><b>Plainer:</b> {@code RemoveUnused}, {@code Simplify}, {@code SimplifyViews}, {@code ShareEqual}, and {@code
 *       InBodies}, which runs all passes inside loops and branches
 *   <li><b>Formulas put together again</b> that exporters took apart: {@code FuseActivations}, {@code FuseSoftmax},
 *       {@code FuseLayerNorm}, {@code FuseRmsNorm}, {@code JoinRotations}, {@code FuseRotary}, {@code FuseAttention},
 *       {@code FuseChoices}. They compare arithmetic multiplied out ({@code Terms}); masks and norms have a reader each
 *       ({@code Scores}, {@code CausalMask}, {@code Indicator}, {@code InverseRoot}, {@code ScaleAndBias}, {@code
 *       SignedOrder})
 *   <li><b>Recurrent cells:</b> {@code FuseCells} finds single steps, whose gates it reads as affine maps ({@code
 *       AffineMap}; {@code LstmForm}, {@code GruForm}, {@code RnnForm}); {@code JoinSteps}, {@code
 *       JoinWrites}, {@code JoinSlices} and {@code UseLastState} make sequences of steps that were written out; {@code
 *       SimplifyLoops} and {@code LiftCells} take them out of loops, with masks ({@code RowMask}, {@code RunningRows})
 *       as lengths or as sequences with gaps ({@code PackedRows})
 *   <li><b>States:</b> {@code PairStates} finds them; {@code SplitCaches} and {@code CachesByTime} let caches grow
 *       where they lie
 *   <li><b>Faster:</b> {@code ConvolutionsAsProducts}, {@code EliminateTransposes}, {@code FoldAffine}, {@code
 *       FuseEpilogues}, {@code JoinConvolutions}, {@code CropConvolutions}
 * </ul>
 */
package dev.lanewise.compiler.pass;
