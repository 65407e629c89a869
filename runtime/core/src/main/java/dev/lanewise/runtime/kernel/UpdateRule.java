package dev.lanewise.runtime.kernel;

/** The optimisers, see {@link UpdateKernels}. The order is part of the file format: append only. */
public enum UpdateRule {
    SGD,
    NESTEROV,
    ADAM,
    /** Adam, whose weight decay shrinks the parameters themselves. */
    ADAM_W,
    RMS_PROP,
    ADAGRAD
}
