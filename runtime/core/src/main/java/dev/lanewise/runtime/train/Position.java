package dev.lanewise.runtime.train;

import java.nio.ByteBuffer;

/** How far training has come; what a checkpoint keeps besides states. */
final class Position {

    static final int BYTES = 3 * Integer.BYTES + 6 * Long.BYTES;

    /** From 0: the one that training is in. */
    int epoch;
    /** Batches of the epoch that are done. */
    int batch;
    /** Batches whose gradients are added up and not used yet. */
    int pending;
    /** Batches of the whole training that are done. */
    long steps;
    /** Changes of the weights. */
    long updates;
    /** Losses of the epoch's batches, times their examples. */
    double lossSum;
    /** Examples of the epoch's batches. */
    long examples;
    /** Elements of the epoch's sequences. */
    long elements;
    /** Elements beyond their ends. */
    long padding;

    /** The loss of the epoch so far. */
    double meanLoss() {
        return lossSum / examples;
    }

    double paddingShare() {
        return (double) padding / Math.max(1, elements + padding);
    }

    /** A batch is done. */
    void advance(Batch done, float loss) {
        batch++;
        pending++;
        steps++;
        lossSum += (double) loss * done.count();
        examples += done.count();
        elements += done.elements();
        padding += done.padding();
    }

    /** The epoch is done. */
    void nextEpoch() {
        epoch++;
        batch = 0;
        lossSum = 0;
        examples = 0;
        elements = 0;
        padding = 0;
    }

    void put(ByteBuffer out) {
        out.putInt(epoch).putInt(batch).putInt(pending).putLong(steps).putLong(updates).putDouble(lossSum);
        out.putLong(examples).putLong(elements).putLong(padding);
    }

    static Position get(ByteBuffer in) {
        Position position = new Position();
        position.epoch = in.getInt();
        position.batch = in.getInt();
        position.pending = in.getInt();
        position.steps = in.getLong();
        position.updates = in.getLong();
        position.lossSum = in.getDouble();
        position.examples = in.getLong();
        position.elements = in.getLong();
        position.padding = in.getLong();
        return position;
    }
}
