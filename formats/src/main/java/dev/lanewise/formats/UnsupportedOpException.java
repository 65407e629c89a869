package dev.lanewise.formats;

/** An operator, attribute or element type of a model that Lanewise does not support. */
public final class UnsupportedOpException extends LanewiseException {

    private static final long serialVersionUID = 1L;

    private final String node;
    private final String op;
    private final String reason;

    /**
     * @param node the node's name in the source model
     * @param op the operator with domain and version, such as {@code ai.onnx:Conv-11}
     * @param reason what is not supported and, where there is one, the nearest alternative
     */
    public UnsupportedOpException(String node, String op, String reason) {
        super("node '" + node + "' (" + op + "): " + reason, null);
        this.node = node;
        this.op = op;
        this.reason = reason;
    }

    public String node() {
        return node;
    }

    public String op() {
        return op;
    }

    public String reason() {
        return reason;
    }
}
