package dev.lanewise.bench.subject;

import dev.lanewise.bench.row.Feed;
import dev.lanewise.runtime.Tensor;

/** An input and what a run gives it. */
record Given(Tensor tensor, Feed feed) {

    void set() {
        tensor.setShape(feed.shape());
        int size = tensor.size();
        switch (tensor.type().storage()) {
            case FLOATS -> System.arraycopy(feed.values(), 0, tensor.floats(), tensor.offset(), size);
            case LONGS -> System.arraycopy(feed.values(), 0, tensor.longs(), tensor.offset(), size);
            case INTS -> System.arraycopy(feed.values(), 0, tensor.ints(), tensor.offset(), size);
            default -> throw new IllegalArgumentException(tensor + ": no feed has this type");
        }
    }
}
