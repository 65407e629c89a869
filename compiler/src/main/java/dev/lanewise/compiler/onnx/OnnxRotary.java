package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Rotary position embeddings (Su et al. 2021): pairs of elements of each head are turned by an angle that
 * grows with the position. ONNX has the operator from opset 23 on, com.microsoft has one of its own.
 */
final class OnnxRotary {

    private OnnxRotary() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":RotaryEmbedding", OnnxRotary::onnx);
        ops.put("com.microsoft:RotaryEmbedding", OnnxRotary::contributed);
    }

    /** Inputs: x, cos and sin of every position, or without positions (input 3) of every element of the batch. */
    private static void onnx(OnnxNode node) {
        Formula f = new Formula(node);
        Value cos = node.in(1);
        Value sin = node.in(2);
        if (node.has(3)) {
            cos = node.add(new Gather(0), cos, node.in(3));
            sin = node.add(new Gather(0), sin, node.in(3));
        }
        turn(f, cos, sin, node.integer("num_heads", 0));
    }

    /** Inputs: x, positions [B, T] or the first one of all [1], cos and sin of every position. */
    private static void contributed(OnnxNode node) {
        Formula f = new Formula(node);
        node.ignore("scale", "is_packed_batching"); // ONNX Runtime does not compute with them either
        Value x = node.in(0);
        Value positions = f.cast(node.in(1), DType.I64);
        if (positions.rank() < 2) {
            Value steps = f.counting(x.dim(x.rank() == 4 ? 2 : 1), 1, 2);
            positions = f.plus(steps, f.reshape(positions, List.of()));
        }
        long heads = node.integer("num_heads", 0);
        if (heads == 0 && x.rank() == 3) {
            Dim headDim = node.in(2).dim(1).times(2);
            if (!x.dim(2).isConstant() || !headDim.isConstant() || x.dim(2).constant() % headDim.constant() != 0) {
                throw node.misfit("heads of " + headDim + " in " + x.type());
            }
            heads = x.dim(2).constant() / headDim.constant();
        }
        turn(f, node.add(new Gather(0), node.in(2), positions), node.add(new Gather(0), node.in(3), positions), heads);
    }

    private static void turn(Formula f, Value cos, Value sin, long heads) {
        OnnxNode node = f.node();
        AttentionParts parts = new AttentionParts(f);
        Value x = node.in(0);
        Value byTime = switch (x.rank()) {
            case 3 -> parts.splitHeads(f.cast(x, DType.F32), heads);
            case 4 -> parts.swapHeads(f.cast(x, DType.F32));
            default -> throw node.misfit("the input is " + x.type() + "; expected rank 3 or 4");
        };
        long turned = node.integer("rotary_embedding_dim", 0);
        if (cos.rank() != 3 || turned != 0 && !cos.dim(2).times(2).is(turned)) {
            throw node.misfit("cosines " + cos.type() + " of a rotary_embedding_dim of " + turned);
        }
        Value y = turned(f, byTime, cos, sin, node.flag("interleaved", false));
        node.out(f.cast(x.rank() == 3 ? parts.joinHeads(y) : parts.swapHeads(y), x.type().type()));
    }

    /**
     * The first {@code 2 · half} elements of each head turned, the others as they are.
     *
     * @param x [B, T, heads, d]
     * @param cos [B, T, half]
     * @param sin [B, T, half]
     * @param interleaved whether neighbours make a pair, rather than elements {@code half} apart
     */
    static Value turned(Formula f, Value x, Value cos, Value sin, boolean interleaved) {
        OnnxNode node = f.node();
        if (!cos.dim(2).isConstant() || !x.dim(3).isConstant() || 2 * cos.dim(2).constant() > x.dim(3).constant()) {
            throw node.misfit("cosines " + cos.type() + " for heads of " + x.dim(3));
        }
        long half = cos.dim(2).constant();
        Value c = perHead(f, cos);
        Value s = perHead(f, sin);
        Value a = interleaved ? everySecond(node, x, 0, half) : f.part(x, 3, 0, half);
        Value b = interleaved ? everySecond(node, x, 1, half) : f.part(x, 3, half, half);
        Value real = f.minus(f.times(c, a), f.times(s, b));
        Value imaginary = f.plus(f.times(s, a), f.times(c, b));
        Value turned;
        if (interleaved) {
            List<Dim> pairs = new ArrayList<>(real.shape());
            pairs.add(Dim.ONE);
            List<Dim> whole = new ArrayList<>(real.shape());
            whole.set(3, Dim.of(2 * half));
            turned = f.reshape(node.add(new Concat(4), f.reshape(real, pairs), f.reshape(imaginary, pairs)), whole);
        } else {
            turned = node.add(new Concat(3), real, imaginary);
        }
        long rest = x.dim(3).constant() - 2 * half;
        return rest == 0 ? turned : node.add(new Concat(3), turned, f.part(x, 3, 2 * half, rest));
    }

    /** {@code [B, T, half]} as f32 [B, T, 1, half]. */
    private static Value perHead(Formula f, Value x) {
        return f.reshape(f.cast(x, DType.F32), List.of(x.dim(0), x.dim(1), Dim.ONE, x.dim(2)));
    }

    private static Value everySecond(OnnxNode node, Value x, int from, long count) {
        List<Dim> starts = new ArrayList<>(Collections.nCopies(4, Dim.ZERO));
        List<Integer> strides = new ArrayList<>(Collections.nCopies(4, 1));
        List<Dim> shape = new ArrayList<>(x.shape());
        starts.set(3, Dim.of(from));
        strides.set(3, 2);
        shape.set(3, Dim.of(count));
        return node.add(new Slice(starts, strides, shape), x);
    }
}
