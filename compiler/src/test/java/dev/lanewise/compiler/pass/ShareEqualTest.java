package dev.lanewise.compiler.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Where;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** What several layers compute alike is computed once, also where each brings numbers of its own. */
class ShareEqualTest {

    /** Two layers that make a mask of x [4]: 0 where it is greater than a number, else −∞. */
    private static Graph masks(float first, float second) {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", ValueType.of(DType.F32, 4));
        builder.output("a", mask(builder, x, first));
        builder.output("b", mask(builder, x, second));
        return builder.build();
    }

    private static Value mask(GraphBuilder builder, Value x, float least) {
        Value seen = builder.add(
                "seen", new Binary(BinaryFn.GREATER), x, builder.constant("least", Literal.scalar(least)));
        return builder.add(
                "mask", new Where(), seen, builder.constant("open", Literal.scalar(0f)),
                builder.constant("shut", Literal.scalar(Float.NEGATIVE_INFINITY)));
    }

    private static int nodes(Graph graph) {
        return Passes.run(graph, CompileOptions.defaults(), new ArrayList<>()).nodes().size();
    }

    @Test
    void equalNumbersAreOne() {
        assertEquals(2, nodes(masks(0.5f, 0.5f)));
    }

    @Test
    void numbersOfOtherBitsAreNot() {
        assertEquals(4, nodes(masks(0.5f, 0.25f)));
        assertEquals(4, nodes(masks(0f, -0f)));
    }

    /** A weight that is trained is known by its object: another of the same value has a gradient of its own. */
    @Test
    void objectsCountWhereWeightsAreTrained() {
        assertEquals(4, new ShareEqual().apply(masks(0.5f, 0.5f), new Folding()).nodes().size());
    }
}
