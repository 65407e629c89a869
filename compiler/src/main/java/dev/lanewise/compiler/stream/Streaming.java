package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.StreamAxis;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.formats.PlanException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Makes a graph over whole sequences one over chunks of any size, up to the bound, changing from call to
 * call. What it gives for all chunks, one after another, and for the call that ends the stream, is what
 * the graph gives for the sequence as a whole.
 */
public final class Streaming {

    /** How all notes on streams begin. */
    public static final String NOTE = "stream: ";

    private Streaming() {}

    /**
     * Streams a graph along the axis that the options name; gives the graph itself where they name none.
     *
     * @param notes receives the delay of each output, and what is carried
     * @throws dev.lanewise.formats.UnsupportedOpException naming the node that looks into an unbounded future
     * @throws PlanException where the inputs have no such axis, or its bound is 0
     */
    public static Graph apply(Graph graph, CompileOptions options, List<String> notes) {
        if (options.stream() == null) {
            return graph;
        }
        Dim.Symbol length = length(graph, options.stream().axis());
        int window = options.stream().window();
        CompileOptions.Range chunk = options.chunk(length);
        if (chunk.max() < 1) {
            throw new PlanException("--dim " + length.name() + "=" + chunk.max()
                    + ": a stream needs chunks of one frame at least");
        }
        Survey survey = new Survey(length, shortest(graph, length));
        new StreamGraph(graph, length, Timeline.unknown(length, chunk), survey, window).build();
        Timeline timeline = survey.timeline(chunk);
        StreamGraph streamed = new StreamGraph(graph, length, timeline, survey, window);
        Graph result = streamed.build();
        describe(streamed, length, notes);
        return result;
    }

    /** The symbol that an axis is given by: its name, or an input and a number. */
    private static Dim.Symbol length(Graph graph, String axis) {
        TreeSet<String> names = new TreeSet<>();
        int colon = axis.lastIndexOf(':');
        for (Graph.Port port : graph.inputs()) {
            List<Dim> shape = port.value().shape();
            for (int i = 0; i < shape.size(); i++) {
                boolean meant = colon > 0 && axis.equals(port.name() + ":" + i);
                Dim.Symbol symbol = shape.get(i).asSymbol();
                if (meant && symbol == null) {
                    throw new PlanException("--stream " + axis + ": the input is " + port.value().type()
                            + ", of fixed length there; export the model with a dynamic axis");
                }
                if (meant || symbol != null && symbol.name().equals(axis)) {
                    return symbol;
                }
                if (symbol != null) {
                    names.add(symbol.name());
                }
            }
        }
        throw new PlanException("--stream " + axis + ": " + (colon > 0
                ? noAxis(graph, axis.substring(0, colon), axis.substring(colon + 1))
                : "no input has such an axis; " + (names.isEmpty()
                        ? "all are of fixed length: say which one is time with --stream INPUT:AXIS"
                        : "there are " + names)));
    }

    /** Why an input and a number name no axis. */
    private static String noAxis(Graph graph, String input, String axis) {
        for (Graph.Port port : graph.inputs()) {
            if (port.name().equals(input)) {
                return "input '" + input + "' is " + port.value().type() + ", and has no axis " + axis
                        + "; the first is 0";
            }
        }
        List<String> inputs = graph.inputs().stream().map(Graph.Port::name).toList();
        return "the model has no input '" + input + "'; it has " + String.join(", ", inputs);
    }

    /** The shortest sequence for which no extent of the graph comes out below zero. */
    private static long shortest(Graph graph, Dim.Symbol length) {
        long shortest = 1;
        for (Node node : graph.nodes()) {
            for (Value output : node.outputs()) {
                for (Dim dim : output.shape()) {
                    shortest = shortest(dim, length, shortest);
                }
            }
        }
        return shortest;
    }

    private static long shortest(Dim dim, Dim.Symbol length, long from) {
        List<Dim.Symbol> symbols = new ArrayList<>();
        dim.collectSymbols(symbols);
        long frames = from;
        boolean alone = symbols.stream().allMatch(symbol -> symbol.name().equals(length.name()));
        while (alone && !symbols.isEmpty() && dim.evaluate(Map.of(length.name(), frames)) < 0) {
            frames = Periods.require(frames + 1);
        }
        return frames;
    }

    private static void describe(StreamGraph streamed, Dim.Symbol length, List<String> notes) {
        for (StreamGraph.Output output : streamed.outputs()) {
            Flow flow = output.flow();
            notes.add(NOTE + output.name() + " " + switch (flow.kind()) {
                case FRAMES -> "has " + frames(flow.emission(), length.name()) + ", with a delay of "
                        + flow.emission().delay();
                case LATEST -> "is that of the sequence so far";
                case STILL, WHOLE -> "is the same in each call";
            });
        }
        long bytes = 0;
        for (StreamGraph.Carried carried : streamed.carried()) {
            bytes += bytes(carried.type());
            notes.add(NOTE + "carries " + carried.name() + " " + carried.type() + ", " + bytes(carried.type())
                    + " bytes");
        }
        int states = streamed.carried().size();
        notes.add(NOTE + (states == 1 ? "1 state was" : states + " states were") + " added, " + bytes
                + " bytes for each stream");
        if (!streamed.timeline().more().isConstant()) {
            notes.add(NOTE + "the end of a stream has frames of its own; " + StreamAxis.MORE
                    + " of extent 0 ends it");
        }
    }

    private static String frames(Emission emission, String length) {
        return emission.gain() + (emission.gain() == 1 ? " frame for " : " frames for ")
                + (emission.period() == 1 ? "each of " : "every " + emission.period() + " of ") + length;
    }

    private static long bytes(ValueType type) {
        return type.size().max() * type.type().bytes();
    }
}
