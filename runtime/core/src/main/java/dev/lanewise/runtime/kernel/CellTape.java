package dev.lanewise.runtime.kernel;

/**
 * What training keeps of a recurrent cell, and how much memory its two steps take: the same for every provider. The
 * tape has a row for each step of each stream, {@code [gates, H]}: what the gates were, see {@link
 * TrainingCellKernels}; an LSTM has a second one of what its cells became.
 *
 * @param inputSize I
 * @param hidden H
 */
public record CellTape(CellKernels.Cell cell, int inputSize, int hidden) {

    /** Rows of the tape that are worked on while they are in the cache; one step of all streams may have more. */
    public static final int CHUNK = 256;

    /** How many numbers of each unit the tape has: of an LSTM i, o, f, g, of a GRU z, r, n and q or r · h. */
    public int gates() {
        return cell.gates() == 1 ? 1 : 4;
    }

    /** Floats of a row of the tape. */
    public int rowFloats() {
        return gates() * hidden;
    }

    /** How many states: 2 for an LSTM, h and c. */
    public int states() {
        return cell == CellKernels.Cell.LSTM ? 2 : 1;
    }

    /** Whether q, the product of the candidate's rows of R with h, is what the reset gate multiplies. */
    public boolean isLinearBeforeReset() {
        return cell == CellKernels.Cell.GRU_LINEAR_BEFORE_RESET;
    }

    /** Whether the reset gate multiplies h, so that the candidate's rows of R meet r · h. */
    public boolean resets() {
        return cell == CellKernels.Cell.GRU;
    }

    /** Rows of R whose product with h comes first: all, but of a GRU's candidate. */
    public int firstRows() {
        return (cell.gates() == 3 ? 2 : cell.gates()) * hidden;
    }

    /** Rows of W and R. */
    public int weightRows() {
        return cell.gates() * hidden;
    }

    /** Scratch of the forward step, whatever its extents: W and R in panels, and the biases. */
    public long forwardFloats() {
        return panels(inputSize, weightRows()) + panels(hidden, firstRows())
                + panels(hidden, weightRows() - firstRows()) + weightRows() + hidden;
    }

    /** More scratch of the forward step for each stream: h before and after, c before. */
    public long forwardFloatsPerStream() {
        return 3L * hidden;
    }

    /** More for each row of a chunk where there are lengths: inputs. */
    public long forwardFloatsPerRow() {
        return inputSize;
    }

    /** Scratch of the backward step, whatever its extents: R and W in panels, and sums of rows. */
    public long backwardFloats() {
        return panels(weightRows(), hidden) + panels(weightRows(), inputSize) + rowFloats();
    }

    /** More for each stream: gradients of h and c, and c before. */
    public long backwardFloatsPerStream() {
        return 3L * hidden;
    }

    /** More for each row of a chunk: gradients of its gates, h before and inputs, and in panels inputs, h and r · h. */
    public long backwardFloatsPerRow() {
        return rowFloats() + hidden + inputSize + panels(1, inputSize) + panels(1, hidden) * (resets() ? 2 : 1);
    }

    private static long panels(int k, int n) {
        return k * ((n + 63L) & -64);
    }
}
