package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The same bits as another type of the same size. */
public record BitCast(DType to) implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        if (in.dtype(0).bits() != to.bits() || to.bits() < 8) {
            throw in.fail("an element of " + in.type(0) + " has other bits than one of " + to);
        }
        return List.of(new ValueType(to, in.shape(0)));
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        if (x.isSplat()) {
            Literal one = x.select(i -> 0);
            return List.of(Literal.decode(to, ByteBuffer.wrap(one.encode())).spread(x.shape()));
        }
        return List.of(Literal.decode(to, ByteBuffer.wrap(x.encode()), x.shape()));
    }

    /** Types that are stored alike share their memory. */
    @Override
    public void lower(Lowering lowering) {
        if (lowering.inputValue(0).type().type().storage() == to.storage()) {
            lowering.view(lowering.in(0), lowering.out(0));
        } else {
            lowering.step(StepKind.CAST).ints(2);
        }
    }

    /** Every pair of types of one size, from numbers whose bits are numbers of the other too. */
    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (DType from : DType.values()) {
            for (DType to : DType.values()) {
                if (from.bits() == to.bits() && to.bits() >= 8) {
                    cases.add(OpCase.of(new BitCast(to), OpCase.in(ValueType.of(from, 3, 13), 1, 100)));
                }
            }
        }
        return cases;
    }
}
