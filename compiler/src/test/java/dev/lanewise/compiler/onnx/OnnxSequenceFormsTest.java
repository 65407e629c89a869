package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.OneNode.uniform;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.runtime.Session;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The operators on sequences in their forms, against ONNX Runtime, which has sequences at run time. */
@Tag("once")
class OnnxSequenceFormsTest {

    /** x and z are [4, 3, 2], a is [2, 2], b is [3, 2], c a truth value, i 1. */
    private static Spelling forms() {
        return new Spelling()
                .in("x", 4, 3, 2).in("z", 4, 3, 2).in("a", 2, 2).in("b", 3, 2)
                .in("c", Literal.of(DType.BOOL, new long[] {1}, 1))
                .in("i", Literal.of(new long[] {1}));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "s = SplitToSequence(x); y = SequenceAt(s, [2])",
        "s = SplitToSequence(x; axis=1); y = SequenceAt(s, Squeeze([-1]))",
        "s = SplitToSequence(x; axis=-1, keepdims=0); y = SequenceAt(s, Squeeze([1]))",
        "s = SplitToSequence(x; axis=0, keepdims=0); y = ConcatFromSequence(s; axis=1)",
        "s = SplitToSequence(x, Squeeze([3])); y = SequenceAt(s, Squeeze([1]))",
        "s = SplitToSequence(x, [1, 0, 3]); y = SequenceAt(s, Squeeze([1]))",
        "s = SplitToSequence(x, [1, 2]; axis=-2); y = SequenceAt(s, Squeeze([-1]))",
        "s = SplitToSequence(x, [2]; axis=2); y = ConcatFromSequence(s; axis=0)",
    })
    void split(String form) throws Exception {
        forms().nodes(form.replace("s, [2])", "s, Squeeze([2]))")).agrees();
    }

    /** Where sizes are given, keepdims says nothing; ONNX Runtime drops axes that are not 1, and fails. */
    @Test
    void splitBySizesKeepsTheAxis() {
        Session session = forms()
                .nodes("s = SplitToSequence(x, Squeeze([2]); axis=1, keepdims=0); y = SequenceAt(s, Squeeze([0]))")
                .session();
        session.run();
        assertArrayEquals(new int[] {4, 2, 2}, session.output("y").shape());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "s = SequenceConstruct(x, z); y = ConcatFromSequence(s; axis=-1)",
        "s = SequenceConstruct(x, z); y = ConcatFromSequence(s; axis=-1, new_axis=1)",
        "s = SequenceConstruct(x, z, x); y = ConcatFromSequence(s; axis=0, new_axis=1)",
        "s = SequenceConstruct(x, z, x); y = ConcatFromSequence(s; axis=-2, new_axis=1)",
        "s = SequenceConstruct(x, z, x); y = ConcatFromSequence(s; axis=1, new_axis=0)",
        "s = SequenceConstruct(a, b); y = ConcatFromSequence(s; axis=0)",
        "s = SequenceConstruct(a); y = ConcatFromSequence(s; axis=0, new_axis=1)",
        "s = SequenceConstruct(c, c); y = ConcatFromSequence(s; axis=0)",
        "s = SequenceConstruct(i, i); y = ConcatFromSequence(s; axis=0, new_axis=1)",
        "s = SequenceConstruct(a, b); t = Identity(s); y = SequenceAt(t, Squeeze([1]))",
        "s = SequenceConstruct(a, x, b); y = SequenceLength(s)",
        "s = SequenceEmpty(; dtype=7); y = SequenceLength(s)",
        "s = SequenceEmpty(); t = SequenceInsert(s, a); y = SequenceAt(t, Squeeze([0]))",
        "s = SequenceEmpty(; dtype=7); t = SequenceInsert(s, i); y = ConcatFromSequence(t; axis=0, new_axis=1)",
    })
    void constructAndConcat(String form) throws Exception {
        forms().nodes(form).agrees();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "t = SequenceInsert(s, b); y = ConcatFromSequence(t; axis=0)",
        "t = SequenceInsert(s, b, Squeeze([0])); y = ConcatFromSequence(t; axis=0)",
        "t = SequenceInsert(s, b, Squeeze([2])); y = ConcatFromSequence(t; axis=0)",
        "t = SequenceInsert(s, b, Squeeze([-1])); y = ConcatFromSequence(t; axis=0)",
        "t = SequenceInsert(s, b, Squeeze([-2])); y = ConcatFromSequence(t; axis=0)",
        "t = SequenceErase(s); y = ConcatFromSequence(t; axis=0)",
        "t = SequenceErase(s, Squeeze([0])); y = ConcatFromSequence(t; axis=0)",
        "t = SequenceErase(s, Squeeze([-2])); y = ConcatFromSequence(t; axis=0)",
        "t = SequenceErase(SequenceErase(s)); y = SequenceLength(t)",
        "t = SequenceInsert(SequenceErase(s, Squeeze([0])), a); y = ConcatFromSequence(t; axis=0)",
        "y = SequenceAt(s, i)",
        "y = SequenceAt(s, Neg(i))",
        "y = SequenceAt(s, Squeeze(Cast(i; to=6)))",
    })
    void insertAndErase(String form) throws Exception {
        forms().nodes("m = Neg(a); s = SequenceConstruct(a, m); " + form).agrees();
    }

    /** Tensors of different lengths among which data choose. */
    @ParameterizedTest
    @ValueSource(longs = {-3, -2, -1, 0, 1, 2})
    void anyOfDifferentLengths(long at) throws Exception {
        for (String form : new String[] {
            "y = SequenceAt(s, at)",
            "t = SequenceErase(s, at); y = ConcatFromSequence(t; axis=0)",
            "t = SequenceErase(s, at); y = SequenceAt(t, Squeeze([1]))",
            "t = SequenceInsert(s, x, at); y = ConcatFromSequence(t; axis=0)",
            "t = SequenceInsert(s, x, at); y = SequenceAt(t, Squeeze([2]))",
            "t = SequenceInsert(s, x, Abs(at)); y = SequenceAt(t, at)",
        }) {
            new Spelling().in("a", 2, 2).in("b", 3, 2).in("d", 0, 2).in("x", 1, 2)
                    .in("at", Literal.of(new long[] {at}))
                    .nodes("s = SequenceConstruct(a, b, d); " + form).agrees();
            new Spelling().in("a", 2, 2).in("b", 2, 2).in("d", 2, 2).in("x", 2, 2)
                    .in("at", Literal.of(new long[] {at}))
                    .nodes("s = SequenceConstruct(a, b, d); " + form).agrees();
        }
    }

    @Test
    void positionsOutside() {
        for (long at : new long[] {-4, 4}) {
            for (String form : new String[] {
                "y = SequenceAt(s, at)",
                "t = SequenceErase(s, at); y = SequenceAt(t, Squeeze([1]))",
                "t = SequenceInsert(s, a, at); y = SequenceAt(t, Squeeze([1]))",
            }) {
                Session session = new Spelling().in("a", 2, 2).in("b", 3, 2).in("at", Literal.of(new long[] {at}))
                        .nodes("s = SequenceConstruct(a, b, a); " + form).session();
                Spelling.set(session, Map.of("at", Literal.of(new long[] {at})));
                assertThrows(LanewiseException.class, session::run, form);
            }
        }
    }

    /** Of as many tensors as only a run knows, at positions that are known or that only data give. */
    @ParameterizedTest
    @ValueSource(strings = {
        "s = SplitToSequence(x); y = SequenceAt(s, at)",
        "s = SplitToSequence(x, Squeeze([1])); y = SequenceAt(s, Squeeze([-2]))",
        "s = SplitToSequence(x; keepdims=0); y = SequenceAt(s, Squeeze([1])); z = SequenceLength(s)",
        "s = SplitToSequence(t, Squeeze([2]); axis=1); y = SequenceAt(s, at); z = SequenceLength(s)",
        "s = SplitToSequence(x); y = ConcatFromSequence(s; axis=0)",
        "s = SplitToSequence(x); y = ConcatFromSequence(s; axis=-1)",
        "s = SplitToSequence(t, Squeeze([2]); axis=1); y = ConcatFromSequence(s; axis=0)",
        "s = SplitToSequence(t, Squeeze([2]); axis=1); y = ConcatFromSequence(s; axis=2, new_axis=1)",
        "s = SplitToSequence(x; keepdims=0); y = ConcatFromSequence(s; axis=0)",
        "s = SplitToSequence(x; keepdims=0); y = ConcatFromSequence(s; axis=-1, new_axis=1)",
        "s = SplitToSequence(x; keepdims=0); y = ConcatFromSequence(SequenceInsert(s, v); axis=0, new_axis=1)",
        "s = SplitToSequence(x); u = SequenceInsert(s, SequenceAt(s, at), at); y = ConcatFromSequence(u; axis=0)",
        "s = SplitToSequence(t, Squeeze([2]); axis=1); u = SequenceInsert(s, SequenceAt(s, Squeeze([0])), at);"
                + " y = ConcatFromSequence(u; axis=1); z = SequenceLength(u)",
        "s = SplitToSequence(t, Squeeze([2]); axis=1); y = ConcatFromSequence(SequenceErase(s, at); axis=1)",
        "s = SplitToSequence(x); y = ConcatFromSequence(SequenceErase(s); axis=0)",
        "s = SplitToSequence(x; keepdims=0); n = SequenceLength(s); a, y = Loop(n, none, v; body={i64 i, bool go, p:"
                + " g = Identity(go); e = SequenceAt(s, i); r = Add(Tanh(p), e); o = Mul(r, v); give g, r, o})",
    })
    void symbolicLengths(String form) throws Exception {
        for (int length = 2; length < 6; length++) {
            for (long at = -2; at < 2; at++) {
                new Spelling().in("x", uniform(DType.F32, -1, 1, 3, length, 3), "T", 3).in("v", 3).dim("T", 2, 9)
                        .in("at", Literal.of(new long[] {at}))
                        .nodes("t = Concat(Transpose(x; perm=[1, 0]), Transpose(x; perm=[1, 0]); axis=1); " + form)
                        .agrees();
            }
        }
    }

    @Test
    void symbolicPositionsOutside() {
        for (long at : new long[] {-4, 3}) {
            Literal x = uniform(DType.F32, -1, 1, 3, 3, 3);
            Session session = new Spelling().in("x", x, "T", 3).dim("T", 2, 9).in("at", Literal.of(new long[] {at}))
                    .nodes("s = SplitToSequence(x); y = SequenceAt(s, at)").session();
            Spelling.set(session, Map.of("x", x, "at", Literal.of(new long[] {at})));
            assertThrows(LanewiseException.class, session::run);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "m = SequenceMap(s; body={f32 e: r = Relu(e); give f32 r}); y = ConcatFromSequence(m; axis=0)",
        "m = SequenceMap(s, s; body={f32 e, f32 f: r = Mul(e, f); give f32 r}); y = ConcatFromSequence(m; axis=0)",
        "m = SequenceMap(s, a; body={f32 e, f32 f: r = MatMul(e, f); give f32 r}); y = ConcatFromSequence(m; axis=0)",
        "m = SequenceMap(s; body={f32 e: r = MatMul(e, a); give f32 r}); y = ConcatFromSequence(m; axis=0)",
        "m, n = SequenceMap(s; body={f32 e: r = Neg(e); q = ReduceSum(e; keepdims=0); u = Reshape(q, [1, 1]);"
                + " give f32 r, f32 u});"
                + " p = ConcatFromSequence(m; axis=0); o = ConcatFromSequence(n; axis=1); y = MatMul(p, Transpose(o))",
        "m = SequenceMap(s; body={f32 e: r = Shape(e); give i64s r}); y = ConcatFromSequence(m; axis=0)",
        "m = SequenceMap(s; body={f32 e: r = Concat(e, a; axis=0); give f32 r}); y = ConcatFromSequence(m; axis=0)",
        "m = SequenceMap(s; body={f32 e: r = If(c; then_branch={u = Neg(e); give u}, else_branch={v = Abs(e); give v});"
                + " give f32 r}); y = ConcatFromSequence(m; axis=0)",
    })
    void map(String form) throws Exception {
        forms().nodes("s = SequenceConstruct(a, b); " + form).opset(18).agrees();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "t = If(c; then_branch={u = SequenceInsert(s, a); v = SequenceErase(u, Squeeze([0])); give v},"
                + " else_branch={w = Identity(s); give w}); y = ConcatFromSequence(t; axis=1)",
        "t = Loop([3], none, s; body={i64 n, bool go, q: g = Identity(go); r = SequenceInsert(q, a); give g, r});"
                + " y = ConcatFromSequence(t; axis=0)",
        "t = Loop([2], none, s; body={i64 n, bool go, q: g = Identity(go); f = SequenceAt(q, n);"
                + " r = SequenceInsert(q, Neg(f)); give g, r}); y = ConcatFromSequence(t; axis=0)",
        "e = SequenceEmpty(); t = Loop([3], none, e; body={i64 n, bool go, q: g = Identity(go); f = Gather(x, n);"
                + " r = SequenceInsert(q, f); give g, r}); y = ConcatFromSequence(t; axis=0, new_axis=1)",
        "u = Loop([2], none, a; body={i64 n, bool go, q: g = Identity(go); f = SequenceAt(s, n); r = Add(q, f);"
                + " give g, r}); y = Identity(u)",
    })
    void throughControlFlow(String form) throws Exception {
        forms().nodes("m = Neg(a); s = SequenceConstruct(a, m); " + form).agrees();
    }
}
