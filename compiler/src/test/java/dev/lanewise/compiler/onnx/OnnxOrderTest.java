package dev.lanewise.compiler.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.onnx.proto.AttributeProto;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class OnnxOrderTest {

    private static NodeProto node(String output, String... inputs) {
        return NodeProto.newBuilder().setName(output).addOutput(output).addAllInput(List.of(inputs)).build();
    }

    private static List<String> order(NodeProto... nodes) {
        return OnnxOrder.sorted(List.of(nodes)).stream().map(NodeProto::getName).toList();
    }

    @Test
    void whatIsInOrderStays() {
        List<NodeProto> nodes = List.of(node("a", "x"), node("b", "a"), node("c", "x", ""));
        assertEquals(nodes, OnnxOrder.sorted(nodes));
    }

    @Test
    void constantsAfterTheirUse() {
        assertEquals(List.of("a", "k", "b", "c"), order(node("a", "x"), node("b", "a", "k"), node("k"), node("c",
                "b")));
    }

    @Test
    void whatABodyUsesComesFirst() {
        NodeProto inner = node("inner", "k");
        NodeProto outer = node("y", "x").toBuilder()
                .addAttribute(AttributeProto.newBuilder().setName("body").setG(GraphProto.newBuilder().addNode(inner)))
                .build();
        assertEquals(List.of("k", "y"), order(outer, node("k")));
    }

    @Test
    void cyclesStay() {
        assertEquals(List.of("a", "b", "c"), order(node("a", "b"), node("b", "a"), node("c", "c")));
    }

    @Test
    void longChainsBackwards() {
        List<NodeProto> nodes = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            nodes.add(node("n" + i, i == 0 ? "x" : "n" + (i - 1)));
        }
        List<NodeProto> reversed = new ArrayList<>(nodes);
        Collections.reverse(reversed);
        assertEquals(nodes, OnnxOrder.sorted(reversed));
    }
}
