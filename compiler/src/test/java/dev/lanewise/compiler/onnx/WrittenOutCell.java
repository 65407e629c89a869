package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.proto.AttributeProto;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes steps of recurrent cells as ONNX nodes, in the ways in which exporters do. Weights are the same for
 * all steps; gates have the letters i, f, g, o of an LSTM or z, r, n of a GRU.
 */
final class WrittenOutCell {

    /** How pre-activations are computed. */
    enum Products {
        /** Two Gemm with transposed weights and a bias each, as PyTorch's cells are. */
        GEMMS,
        /** Two MatMul and one bias, as Keras's are. */
        MATMULS,
        /** One MatMul of x and h joined, as TensorFlow's are. */
        JOINED,
        /** Two products for each gate. */
        PER_GATE
    }

    /** How the gates are taken apart. */
    enum Cut {
        SPLIT,
        SLICE,
        /** Sigmoid of all gates that have it, then slices of that. */
        AFTER_SIGMOID
    }

    /** How the logistic function is written. */
    enum Logistic {
        SIGMOID,
        EXP,
        RECIPROCAL,
        TANH
    }

    /** How a GRU mixes h and candidate n. */
    enum Mix {
        /** (1 − z) · n + z · h. */
        TWO_PRODUCTS,
        /** n + z · (h − n). */
        FROM_CANDIDATE,
        /** z · n + (1 − z) · h. */
        SWAPPED,
        /** h + z · (n − h). */
        FROM_STATE,
        /** n − z · (n − h). */
        BACK
    }

    static final int I = 5;
    static final int H = 6;

    private final GraphProto.Builder graph;
    private final String prefix;
    private String gates = "ifgo";
    private Products products = Products.GEMMS;
    private Cut cut = Cut.SPLIT;
    private Logistic logistic = Logistic.SIGMOID;
    private Mix mix = Mix.TWO_PRODUCTS;
    private boolean linearBeforeReset = true;
    private boolean hardGates;
    private int layer;
    private int made;

    /**
     * @param prefix of the names of values that this makes; weights go by {@code weightsIn}
     */
    WrittenOutCell(GraphProto.Builder graph, String prefix) {
        this.graph = graph;
        this.prefix = prefix;
    }

    WrittenOutCell gates(String order) {
        gates = order;
        return this;
    }

    WrittenOutCell products(Products how) {
        products = how;
        return this;
    }

    WrittenOutCell cut(Cut how) {
        cut = how;
        return this;
    }

    WrittenOutCell logistic(Logistic how) {
        logistic = how;
        return this;
    }

    WrittenOutCell mix(Mix how) {
        mix = how;
        return this;
    }

    WrittenOutCell linearBeforeReset(boolean linear) {
        linearBeforeReset = linear;
        return this;
    }

    /** HardSigmoid instead of the logistic function, as recurrent_activation of Keras's first versions. */
    WrittenOutCell hardGates() {
        hardGates = true;
        return this;
    }

    /** Cells of other layers have other weights. */
    WrittenOutCell layer(int number) {
        layer = number;
        return this;
    }

    @Override
    public String toString() {
        return gates + ", " + products + ", " + cut + ", " + logistic + ", " + mix + ", linear before reset "
                + linearBeforeReset;
    }

    /**
     * Adds the initialisers that the nodes use.
     *
     * @param outermost complete but for these
     * @param inputs columns of x
     */
    void addWeights(GraphProto.Builder outermost, int inputs) {
        GraphProto.Builder all = GraphProto.newBuilder();
        allWeights(all, inputs);
        Set<String> used = new HashSet<>();
        collectInputs(outermost.build(), used);
        outermost.getInitializerList().forEach(tensor -> used.remove(tensor.getName()));
        all.getInitializerList().stream()
                .filter(tensor -> used.contains(tensor.getName()))
                .forEach(outermost::addInitializer);
    }

    private static void collectInputs(GraphProto graph, Set<String> names) {
        for (NodeProto node : graph.getNodeList()) {
            names.addAll(node.getInputList());
            node.getAttributeList().forEach(attribute -> collectInputs(attribute.getG(), names));
        }
    }

    private void allWeights(GraphProto.Builder outermost, int inputs) {
        int n = gates.length() * H;
        add(outermost, "Wt", 1, n, inputs);
        add(outermost, "Rt", 2, n, H);
        add(outermost, "W", 1, inputs, n);
        add(outermost, "R", 2, H, n);
        add(outermost, "WR", 3, inputs + H, n);
        add(outermost, "Wb", 4, n);
        add(outermost, "Rb", 5, n);
        for (int g = 0; g < gates.length(); g++) {
            add(outermost, "W" + gates.charAt(g), 10 + g, inputs, H);
            add(outermost, "R" + gates.charAt(g), 20 + g, H, H);
            add(outermost, "b" + gates.charAt(g), 30 + g, H);
            add(outermost, "d" + gates.charAt(g), 40 + g, H);
            add(outermost, "WR" + gates.charAt(g), 50 + g, inputs + H, H);
        }
        add(outermost, "WRzr", 60, inputs + H, 2 * H);
        add(outermost, "bzr", 61, 2 * H);
        outermost.addInitializer(SmallModel.tensor(new int[0], 1).setName("one"));
        outermost.addInitializer(SmallModel.tensor(new int[0], 2).setName("two"));
        outermost.addInitializer(SmallModel.tensor(new int[0], 0.5f).setName("half"));
        for (int i = 0; i <= 4; i++) {
            outermost.addInitializer(SmallModel.number("at" + i, (long) i * H));
        }
        outermost.addInitializer(SmallModel.number("last", 1));
    }

    private void add(GraphProto.Builder to, String name, int seed, int... shape) {
        Literal literal = OneNode.uniform(DType.F32, -0.8, 0.8, 100 * layer + seed, shape);
        to.addInitializer(SmallModel.tensor(shape, literal.floats()).setName(weight(name)));
    }

    private String weight(String name) {
        return layer == 0 ? name : name + "_" + layer;
    }

    /** A new node; gives its output. */
    String op(String type, String... inputs) {
        return op(type, List.of(), inputs);
    }

    String op(String type, List<AttributeProto.Builder> attributes, String... inputs) {
        String name = prefix + made++;
        NodeProto.Builder node = SmallModel.node(type, name, inputs);
        attributes.forEach(node::addAttribute);
        graph.addNode(node);
        return name;
    }

    private List<String> split(String value, int parts) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            names.add(prefix + made++);
        }
        graph.addNode(SmallModel.node("Split", String.join(",", names), value)
                .addAttribute(SmallModel.integer("axis", 1)));
        return names;
    }

    private String columns(String value, int from, int to) {
        return op("Slice", value, "at" + from, "at" + to, "last");
    }

    private List<String> parts(String value) {
        if (cut == Cut.SPLIT) {
            return split(value, gates.length());
        }
        List<String> parts = new ArrayList<>();
        for (int g = 0; g < gates.length(); g++) {
            parts.add(columns(value, g, g + 1));
        }
        return parts;
    }

    private String sigmoid(String x) {
        if (hardGates) {
            return op("HardSigmoid", x);
        }
        return switch (logistic) {
            case SIGMOID -> op("Sigmoid", x);
            case EXP -> op("Div", "one", op("Add", op("Exp", op("Neg", x)), "one"));
            case RECIPROCAL -> op("Reciprocal", op("Add", "one", op("Exp", op("Neg", x))));
            case TANH -> op("Add", op("Mul", op("Tanh", op("Mul", x, "half")), "half"), "half");
        };
    }

    private String gemm(String x, String weights, String bias) {
        return op("Gemm", List.of(SmallModel.integer("transB", 1)), x, weight(weights), weight(bias));
    }

    private String product(String x, String weights) {
        return op("MatMul", x, weight(weights));
    }

    private String biased(String x, String bias) {
        return op("Add", x, weight(bias));
    }

    private String join(String x, String h) {
        return op("Concat", List.of(SmallModel.integer("axis", 1)), x, h);
    }

    /** Pre-activations by gate, in the order of the gates. */
    private List<String> sums(String x, String h) {
        return switch (products) {
            case GEMMS -> parts(op("Add", gemm(x, "Wt", "Wb"), gemm(h, "Rt", "Rb")));
            case MATMULS -> parts(biased(op("Add", product(x, "W"), product(h, "R")), "Wb"));
            case JOINED -> parts(biased(product(join(x, h), "WR"), "Wb"));
            case PER_GATE -> {
                List<String> sums = new ArrayList<>();
                for (char gate : gates.toCharArray()) {
                    String ofH = biased(product(h, "R" + gate), "b" + gate);
                    sums.add(op("Add", ofH, product(x, "W" + gate)));
                }
                yield sums;
            }
        };
    }

    /**
     * A step of an LSTM.
     *
     * @return names of h' and c'
     */
    String[] lstm(String x, String h, String c) {
        String[] gate = new String[4]; // i, f, g, o
        if (cut == Cut.AFTER_SIGMOID) {
            // the gates with sigmoid come first: gates is a permutation of ifo, then g
            String sum = op("Add", gemm(x, "Wt", "Wb"), gemm(h, "Rt", "Rb"));
            String three = sigmoid(columns(sum, 0, 3));
            for (int g = 0; g < 3; g++) {
                gate["ifgo".indexOf(gates.charAt(g))] = columns(three, g, g + 1);
            }
            gate[2] = op("Tanh", columns(sum, 3, 4));
        } else {
            List<String> sums = sums(x, h);
            for (int g = 0; g < 4; g++) {
                char letter = gates.charAt(g);
                gate["ifgo".indexOf(letter)] = letter == 'g' ? op("Tanh", sums.get(g)) : sigmoid(sums.get(g));
            }
        }
        String next = op("Add", op("Mul", gate[0], gate[2]), op("Mul", c, gate[1]));
        return new String[] {op("Mul", op("Tanh", next), gate[3]), next};
    }

    /** A step of a GRU. */
    String gru(String x, String h) {
        String update;
        String candidate;
        if (products == Products.JOINED) {
            // TensorFlow's: gates of both joined, then the candidate of x and what the reset gate lets through
            List<String> two = split(sigmoid(biased(product(join(x, h), "WRzr"), "bzr")), 2);
            update = two.get(0);
            String gated = op("Mul", two.get(1), h);
            candidate = op("Tanh", biased(product(join(x, gated), "WRn"), "bn"));
        } else if (products == Products.PER_GATE || !linearBeforeReset) {
            update = sigmoid(sum(x, h, 'z'));
            String reset = sigmoid(sum(x, h, 'r'));
            String own = biased(product(x, "Wn"), "bn");
            String recurrent = linearBeforeReset
                    ? op("Mul", reset, biased(product(h, "Rn"), "dn"))
                    : biased(product(op("Mul", reset, h), "Rn"), "dn");
            candidate = op("Tanh", op("Add", own, recurrent));
        } else {
            boolean gemms = products == Products.GEMMS;
            List<String> ofX = parts(gemms ? gemm(x, "Wt", "Wb") : biased(product(x, "W"), "Wb"));
            List<String> ofH = parts(gemms ? gemm(h, "Rt", "Rb") : biased(product(h, "R"), "Rb"));
            int z = gates.indexOf('z');
            int r = gates.indexOf('r');
            int n = gates.indexOf('n');
            update = sigmoid(op("Add", ofX.get(z), ofH.get(z)));
            String reset = sigmoid(op("Add", ofX.get(r), ofH.get(r)));
            candidate = op("Tanh", op("Add", ofX.get(n), op("Mul", reset, ofH.get(n))));
        }
        return mixed(update, h, candidate);
    }

    private String sum(String x, String h, char gate) {
        return op("Add", product(x, "W" + gate), biased(product(h, "R" + gate), "b" + gate));
    }

    private String mixed(String z, String h, String n) {
        return switch (mix) {
            case TWO_PRODUCTS -> op("Add", op("Mul", op("Sub", "one", z), n), op("Mul", z, h));
            case FROM_CANDIDATE -> op("Add", n, op("Mul", z, op("Sub", h, n)));
            case SWAPPED -> op("Add", op("Mul", n, z), op("Mul", op("Sub", "one", z), h));
            case FROM_STATE -> op("Add", op("Mul", z, op("Sub", n, h)), h);
            case BACK -> op("Sub", n, op("Mul", op("Sub", n, h), z));
        };
    }

    /** A step of a simple cell; {@code activation} is an ONNX operator. */
    String rnn(String x, String h, String activation) {
        return op(activation, switch (products) {
            case GEMMS -> op("Add", gemm(x, "Wt", "Wb"), gemm(h, "Rt", "Rb"));
            case MATMULS, PER_GATE -> biased(op("Add", product(x, "W"), product(h, "R")), "Wb");
            case JOINED -> biased(product(join(x, h), "WR"), "Wb");
        });
    }
}
