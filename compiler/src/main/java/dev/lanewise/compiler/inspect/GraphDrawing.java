package dev.lanewise.compiler.inspect;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The steps of a program as a drawing: boxes for steps, rounded ones for inputs, outputs and states. */
final class GraphDrawing {

    private static final double ROW = 74;
    private static final double BOX_HEIGHT = 42;
    private static final double MARGIN = 16;
    private static final double LETTER = 7.2;
    private static final double SMALL_LETTER = 6.1;
    private static final int LONGEST_TITLE = 30;
    private static final int LONGEST_DETAIL = 48;
    /** Beyond that a drawing is a wall of boxes that no browser scrolls smoothly. */
    private static final int MOST_STEPS = 1500;

    private static final int MOST_LINES = 20_000;

    private record Box(String style, String title, String detail, String hint, int step) {
        double width() {
            double text = Math.max(Svg.tail(title, LONGEST_TITLE).length() * LETTER,
                    Svg.tail(detail, LONGEST_DETAIL).length() * SMALL_LETTER);
            return Math.max(70, text + 20);
        }
    }

    private final List<Box> boxes = new ArrayList<>();
    private final List<int[]> links = new ArrayList<>();
    private final List<String> linkTexts = new ArrayList<>();
    /** The box that made each tensor last. */
    private final Map<Integer, Integer> makers = new HashMap<>();
    private final Map<Integer, String> types = new HashMap<>();

    private GraphDrawing() {}

    /** Draws all steps, or says why not. */
    static Svg of(ModelFacts facts) {
        if (facts.steps().size() > MOST_STEPS) {
            return new Svg().add("<p>%d steps are too many for a picture that helps; see the table.</p>",
                    facts.steps().size());
        }
        GraphDrawing drawing = new GraphDrawing();
        drawing.collect(facts);
        if (drawing.links.size() + Layers.bends(drawing.boxes.size(), drawing.links) > MOST_LINES) {
            return new Svg().add("<p>The steps are too tangled for a picture that helps; see the table.</p>");
        }
        return drawing.draw();
    }

    private void collect(ModelFacts facts) {
        for (ModelFacts.Port input : facts.inputs()) {
            source("in", input, "input");
        }
        for (ModelFacts.Port state : facts.states()) {
            source("state", state, "state");
        }
        for (StepFacts step : facts.steps()) {
            int box = boxes.size();
            boxes.add(new Box("step " + family(step.kind()), step.kind(),
                    step.outputTypes().isEmpty() ? "" : step.outputTypes().get(0), hint(step), step.number()));
            step.inputs().stream().distinct().forEach(tensor -> link(tensor, box));
            step.params().forEach(tensor -> makers.put(tensor, box));
            for (int i = 0; i < step.outputs().size(); i++) {
                makers.put(step.outputs().get(i), box);
                types.put(step.outputs().get(i), step.outputTypes().get(i));
            }
        }
        for (ModelFacts.Port output : facts.outputs()) {
            sink("out", output, "output");
        }
        for (ModelFacts.Port next : facts.nextStates()) {
            sink("state", next, "next state");
        }
    }

    private void source(String style, ModelFacts.Port port, String what) {
        makers.put(port.tensor(), boxes.size());
        types.put(port.tensor(), port.type());
        boxes.add(new Box("port " + style, port.name(), port.type(), what + " " + port, -1));
    }

    private void sink(String style, ModelFacts.Port port, String what) {
        boxes.add(new Box("port " + style, port.name(), port.type(), what + " " + port, -1));
        link(port.tensor(), boxes.size() - 1);
    }

    private void link(int tensor, int to) {
        Integer from = makers.get(tensor);
        if (from != null && from < to) {
            links.add(new int[] {from, to});
            linkTexts.add(types.getOrDefault(tensor, ""));
        }
    }

    private static String hint(StepFacts step) {
        return step.number() + " " + step.name() + "\n" + step.kind() + "\n" + String.join(", ", step.outputTypes())
                + (step.weightBytes() > 0 ? "\nweights " + Sizes.bytes(step.weightBytes()) : "")
                + (step.multiplyAdds() > 0 ? "\n" + Sizes.count(step.multiplyAdds()) + " multiply-adds" : "");
    }

    /** The colour of a kind of step. */
    static String family(String kind) {
        String first = kind.split(" ")[0];
        return switch (first) {
            case "matmul", "conv", "attention" -> "product";
            case "lstm", "gru", "rnn", "repeat", "branch" -> "cell";
            case "reduce", "softmax", "layer", "rms", "pool", "cumulate", "top", "arg" -> "reduce";
            case "transpose", "slice", "concat", "expand", "pad", "reshape", "gather", "scatter", "resize", "trilu",
                    "cast", "dims", "range", "one" -> "move";
            default -> "plain";
        };
    }

    private Svg draw() {
        Layers layers = new Layers(boxes.stream().mapToDouble(Box::width).toArray(), links);
        double width = layers.width() + 2 * MARGIN;
        double height = layers.depth() * ROW - (ROW - BOX_HEIGHT) + 2 * MARGIN;
        Svg svg = new Svg().add("<svg class=\"graph\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\""
                + " role=\"img\" aria-label=\"The model's steps\">", width, height, width, height);
        for (int i = 0; i < layers.edges().size(); i++) {
            svg.add("<path class=\"edge\" d=\"" + path(layers.edges().get(i)) + "\"><title>%s</title></path>",
                    linkTexts.get(i));
        }
        for (int i = 0; i < boxes.size(); i++) {
            Box box = boxes.get(i);
            double w = box.width();
            svg.add("<g class=\"" + box.style + "\" transform=\"translate(%.1f %.1f)\"><title>%s</title>",
                    MARGIN + layers.x(i) - w / 2, MARGIN + layers.layer(i) * ROW, box.hint);
            boolean link = box.step >= 0;
            svg.add((link ? "<a href=\"#step-" + box.step + "\">" : "") + "<rect width=\"%.1f\" height=\"%.0f\" rx=\"%d\"/>",
                    w, BOX_HEIGHT, link ? 6 : 21);
            svg.add("<text class=\"title\" x=\"%.1f\" y=\"18\">%s</text>", w / 2, Svg.tail(box.title, LONGEST_TITLE));
            svg.add("<text class=\"detail\" x=\"%.1f\" y=\"33\">%s</text>" + (link ? "</a>" : "") + "</g>",
                    w / 2, Svg.tail(box.detail, LONGEST_DETAIL));
        }
        return svg.add("</svg>");
    }

    /** A curve that leaves and meets boxes upright and passes straight through the layers between. */
    private static String path(Layers.Edge edge) {
        StringBuilder path = new StringBuilder();
        double[] x = edge.x();
        double y = MARGIN + edge.firstLayer() * ROW + BOX_HEIGHT;
        path.append(point("M", MARGIN + x[0], y));
        double gap = ROW - BOX_HEIGHT;
        for (int i = 1; i < x.length; i++) {
            path.append(point(" C", MARGIN + x[i - 1], y + gap / 2))
                    .append(point(" ", MARGIN + x[i], y + gap / 2))
                    .append(point(" ", MARGIN + x[i], y + gap));
            y += gap;
            if (i < x.length - 1) {
                path.append(point(" L", MARGIN + x[i], y + BOX_HEIGHT));
                y += BOX_HEIGHT;
            }
        }
        return path.toString();
    }

    private static String point(String command, double x, double y) {
        return String.format(java.util.Locale.ROOT, "%s%.1f,%.1f", command, x, y);
    }
}
