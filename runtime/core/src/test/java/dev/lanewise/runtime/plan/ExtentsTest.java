package dev.lanewise.runtime.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.formats.proto.DimProto;
import dev.lanewise.formats.proto.ExpressionProto;
import dev.lanewise.formats.proto.ModelProto;
import dev.lanewise.formats.proto.SymbolProto;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bounds hold for all values of the symbols, also where an extent falls as a symbol grows. */
class ExtentsTest {

    private static final int MOST = 6;

    private final ModelProto.Builder model = ModelProto.newBuilder();

    private int number(int value) {
        return add(DimProto.newBuilder().setNumber(value));
    }

    private int symbol(int min, int max) {
        return add(DimProto.newBuilder().setSymbol(
                SymbolProto.newBuilder().setName("S" + model.getDimsCount()).setMin(min).setMax(max)));
    }

    private int expression(ExpressionProto.Kind kind, int a, int b) {
        return add(DimProto.newBuilder().setExpression(
                ExpressionProto.newBuilder().setKind(kind).setA(a).setB(b)));
    }

    private int add(DimProto.Builder dim) {
        model.addDims(dim);
        return model.getDimsCount() - 1;
    }

    @Test
    void fallingExpressions() {
        int difference = expression(ExpressionProto.Kind.SUB, number(10), symbol(2, 7));
        int quotient = expression(ExpressionProto.Kind.FLOOR_DIV, number(9), symbol(2, 7));
        Extents extents = new Extents("test", model.build());
        assertEquals(8, extents.bound(difference));
        assertEquals(4, extents.bound(quotient));
    }

    @Test
    void everyValueOfRandomExpressionsIsWithinItsBound() {
        ExpressionProto.Kind[] kinds = {
            ExpressionProto.Kind.ADD, ExpressionProto.Kind.SUB, ExpressionProto.Kind.MUL,
            ExpressionProto.Kind.FLOOR_DIV,
            ExpressionProto.Kind.CEIL_DIV, ExpressionProto.Kind.MIN, ExpressionProto.Kind.MAX, ExpressionProto.Kind.MOD
        };
        Random random = new Random(1);
        int compared = 0;
        for (int round = 0; round < 300; round++) {
            model.clearDims();
            int s = symbol(random.nextInt(2), MOST);
            int t = symbol(1, MOST);
            number(random.nextInt(9));
            for (int i = 0; i < 6; i++) {
                int n = model.getDimsCount();
                expression(kinds[random.nextInt(kinds.length)], random.nextInt(n), random.nextInt(n));
            }
            Extents extents = new Extents("test", model.build());
            for (int i = extents.min(s); i <= MOST; i++) {
                for (int j = 1; j <= MOST; j++) {
                    int[] values = extents.atMost();
                    values[s] = i;
                    values[t] = j;
                    extents.evaluate(values);
                    for (int id = 0; id < values.length; id++) {
                        boolean unbounded = extents.bound(id) < 0 && values[id] > 1_000_000;
                        assertTrue(values[id] <= extents.bound(id) || unbounded, model + " extent " + id);
                        compared++;
                    }
                }
            }
        }
        assertTrue(compared > 50_000, "compared " + compared);
    }
}
