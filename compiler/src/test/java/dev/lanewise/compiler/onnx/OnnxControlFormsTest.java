package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.OneNode.uniform;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.Session;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** If, Loop and Scan in their forms, against ONNX Runtime. */
@Tag("once")
class OnnxControlFormsTest {

    /** x is [4, 3], v [3], k an integer [1], c and d truth values; yes and no are known ones, h half precision. */
    private static Spelling forms(boolean c, boolean d) {
        return new Spelling()
                .in("x", 4, 3).in("v", 3)
                .in("k", Literal.of(new long[] {2}, 1))
                .in("c", Literal.of(DType.BOOL, new long[] {c ? 1 : 0}))
                .in("d", Literal.of(DType.BOOL, new long[] {d ? 1 : 0}, 1))
                .in("h", uniform(DType.F16, -1, 1, 5, 4))
                .in("w", uniform(DType.F64, -1, 1, 6, 4))
                .in("j", uniform(DType.I32, -5, 5, 7, 4))
                .weights("yes", Literal.of(DType.BOOL, new long[] {1}))
                .weights("no", Literal.of(DType.BOOL, new long[] {0}));
    }

    private static void agree(String form) throws Exception {
        for (int way = 0; way < 4; way++) {
            forms(way % 2 == 0, way / 2 == 0).nodes(form).agrees();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "y = If(c; then_branch={a = Neg(x); give a}, else_branch={b = Abs(x); give b})",
        "y = If(d; then_branch={a = Neg(x); give a}, else_branch={b = Add(x, v); give b})",
        "y = If(yes; then_branch={a = Neg(x); give a}, else_branch={b = Reshape(x, [9, 9]); give b})",
        "y = If(no; then_branch={a = Squeeze(x); give a}, else_branch={b = Identity(x); give b})",
        "y = If(Not(c); then_branch={a = Identity(x); give a}, else_branch={b = Identity(x); give b})",
        "p, q = If(c; then_branch={a = Neg(x); s = Shape(x); give a, s},"
                + " else_branch={b = Abs(v); s = Shape(v); r = Reshape(b, [1, 3]); t = Concat(s, s; axis=0);"
                + " give r, t});"
                + " y = Mul(p, Cast(Gather(q, [1]); to=1))",
        "y = If(c; then_branch={a = If(d; then_branch={e = Neg(x); give e}, else_branch={f = Exp(x); give f});"
                + " give a}, else_branch={b = Abs(x); give b})",
        "y = If(c; then_branch={n = Neg(x); a = If(d; then_branch={e = Mul(n, x); give e},"
                + " else_branch={f = Sub(n, v); give f}); give a}, else_branch={b = Abs(x); give b})",
        "y = If(c; then_branch={a = Concat(x, x; axis=0); give a}, else_branch={b = Identity(x); give b})",
        "z = If(c; then_branch={a = Concat(x, x; axis=0); give a}, else_branch={b = Slice(x, [0], [0], [0]); give b});"
                + " y = Add(ReduceSum(z; keepdims=0), 0.5)",
        "z = If(c; then_branch={a = Transpose(x; perm=[1, 0]); give a}, else_branch={b = Identity(x); give b});"
                + " y = MatMul(z, Transpose(z; perm=[1, 0]))",
        "y = If(c; then_branch={a = Identity([1, 2, 3]); give a}, else_branch={b = Identity([4, 5]); give b})",
        "y = If(c; then_branch={a = ReduceSum(x; keepdims=0); give a}, else_branch={b = ReduceMax(x;"
                + " keepdims=0); give b})",
        "y = If(c; then_branch={a = Neg(h); give a}, else_branch={b = Abs(h); give b})",
        "y = If(c; then_branch={a = Neg(w); give a}, else_branch={b = Mul(w, w); give b})",
        "y = If(c; then_branch={a = Neg(j); give a}, else_branch={b = Abs(j); give b})",
        "y = If(c; then_branch={a = Greater(j, Neg(j)); give a}, else_branch={b = Less(j, Abs(j)); give b})",
        "y = If(c; then_branch={a = NonZero(j); give a}, else_branch={b = NonZero(Sub(j, j)); give b})",
        "y = If(Greater(ReduceSum(v; keepdims=0), Squeeze(0.0)); then_branch={a = Exp(x); give a},"
                + " else_branch={b = Softmax(x); give b})",
    })
    void branches(String form) throws Exception {
        agree(form);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "y = Loop([3], none, v; body={i64 t, bool go, s: g = Identity(go); r = Add(s, v); give g, r})",
        "s, y = Loop([5], c, v; body={i64 t, bool go, s: r = Add(s, v); g = Less(t, Squeeze(k)); o = Exp(r);"
                + " give g, r, o})",
        "s, y = Loop([5], Squeeze(d), v; body={i64 t, bool go, s: r = Add(s, v); g = Not(go); o = Exp(r);"
                + " give g, r, o})",
        "s, y = Loop([0], c, v; body={i64 t, bool go, s: g = Identity(go); r = Add(s, v); o = Exp(r); give g, r, o})",
        "y = Loop(none, c, v; body={i64 t, bool go, s: r = Add(s, v); g = Less(t, Squeeze(k)); give g, r})",
        "a, y = Loop([4], none, v, x; body={i64 t, bool go, s, u: g = Identity(go); r = Add(s, Gather(u, t));"
                + " give g, r, u})",
        "a, b, y = Loop([3], none, v, Neg(v); body={i64 t, bool go, p, q: g = Identity(go); p2 = Identity(q);"
                + " q2 = Add(p, v);"
                + " o = Sub(p2, q2); give g, p2, q2, o})",
        "a, b = Loop([3], none, v, Neg(v); body={i64 t, bool go, p, q: g = Identity(go); p2 = Identity(q);"
                + " q2 = Identity(p);"
                + " give g, p2, q2}); y = Sub(a, b)",
        "y = Loop([4], none; body={i64 t, bool go: g = Identity(go); o = Gather(x, t); give g, o})",
        "y = Loop([4], none; body={i64 t, bool go: g = Identity(go); o = Mul(Cast(t; to=1), 0.5); give g, o})",
        "y = Loop([4], none; body={i64 t, bool go: g = Identity(go); o = Identity(t); give g, o})",
        "y = Loop([4], none; body={i64 t, bool go: g = Identity(go); o = Identity(go); give g, o})",
        "y = Loop([4], none, h; body={i64 t, bool go, s: g = Identity(go); r = Mul(s, h); give g, r})",
        "y = Loop([4], none, w; body={i64 t, bool go, s: g = Identity(go); r = Add(s, w); give g, r})",
        "y = Loop([4], none, j; body={i64 t, bool go, s: g = Identity(go); r = Mul(s, j); give g, r})",
        "a, y = Loop([4], none, d; body={i64 t, bool go, s: g = Identity(go); r = Not(s); o = Identity(s);"
                + " give g, r, o})",
        "y = Loop([3], none, v; body={i64 t, bool go, s: g = Identity(go); r = Loop([2], none, s; body={i64 u,"
                + " bool on, q: f = Identity(on);"
                + " z = Add(q, Cast(Add(t, u); to=1)); give f, z}); give g, r})",
        "a, y = Loop([3], none, v; body={i64 t, bool go, s: g = Identity(go); r, o = Loop([2], none, s;"
                + " body={i64 u, bool on, q:"
                + " f = Identity(on); z = Add(q, Gather(x, u)); e = Mul(z, v); give f, z, e}); give g, r, o})",
        "y = Loop([3], none, v; body={i64 t, bool go, s: g = Identity(go); r = If(c; then_branch={a = Neg(s); give a},"
                + " else_branch={b = Gather(x, t); give b}); give g, r})",
        "y = If(c; then_branch={a = Loop([3], none, v; body={i64 t, bool go, s: g = Identity(go); r = Add(s,"
                + " v); give g, r});"
                + " give a}, else_branch={b = Abs(v); give b})",
        "y = Loop([3], none, v; body={i64 t, bool go, s: g = Identity(go); r = Concat(s, v; axis=0); give g, r})",
        "y = Loop([3], none, v; body={i64 t, bool go, s: g = Identity(go); r = Slice(s, [1], [9], [0]); give g, r})",
        "y = Loop([4], none, x; body={i64 t, bool go, s: g = Identity(go); n = Reshape(t, [1]);"
                + " r = ScatterElements(s, Expand(n, [1, 3]), Unsqueeze(v, [0]); axis=0); give g, r})",
        "y = Loop([4], none, x; body={i64 t, bool go, s: g = Identity(go); n = Reshape(t, [1, 1]);"
                + " r = ScatterND(s, n, Unsqueeze(Exp(Gather(s, t)), [0])); give g, r})",
        "a, y = Loop([3], none, Squeeze(k); body={i64 t, bool go, s: g = Identity(go); r = Mul(s, Squeeze(k));"
                + " o = Add(r, t);"
                + " give g, r, o})",
        "y = Loop([3], none, Gather(v, Squeeze([0])); body={i64 t, bool go, s: g = Identity(go); r = Add(s, s);"
                + " give g, r})",
        "n, y = Loop([9], none, v; body={i64 t, bool go, s: r = Add(s, Abs(s)); m = ReduceMax(r; keepdims=0);"
                + " g = Less(m, Squeeze(4.0)); o = Identity(m); give g, r, o})",
    })
    void loops(String form) throws Exception {
        agree(form);
    }

    /** What data end; the number of iterations is learnt, up to a bound. */
    @ParameterizedTest
    @ValueSource(strings = {
        "s, y = Loop(k, none, v; body={i64 t, bool go, s: g = Identity(go); r = Mul(s, v); o = Neg(r); give g, r, o})",
        "s, y = Loop(none, c, v; body={i64 t, bool go, s: r = Add(s, v); g = Less(t, Squeeze(k)); o = Exp(r);"
                + " give g, r, o})",
        "s, y = Loop(Sub(k, k), none, v; body={i64 t, bool go, s: g = Identity(go); r = Add(s, v); o = Exp(r);"
                + " give g, r, o})",
        "y = Loop(k, none; body={i64 t, bool go: g = Identity(go); o = Less(Gather(j, t), Squeeze(Cast([0];"
                + " to=6))); give g, o})",
    })
    void loopsThatDataEnd(String form) throws Exception {
        for (int way = 0; way < 4; way++) {
            forms(way % 2 == 0, way / 2 == 0).dim("y.0", 0, 9).nodes(form).agrees();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "s, y = Scan(v, x; num_scan_inputs=1, body={p, e: r = Add(p, e); o = Identity(r); give r, o})",
        "y, o = Scan(v, x; num_scan_inputs=1, body={p, e: r = Add(p, e); o = Mul(e, v); give r, o})",
        "y = Scan(x; num_scan_inputs=1, body={e: o = Exp(e); give o})",
        "y = Scan(x, x; num_scan_inputs=2, body={e, f: o = Mul(e, Neg(f)); give o})",
        "y = Scan(x; num_scan_inputs=1, scan_input_axes=[1], body={e: o = Exp(e); give o})",
        "y = Scan(x; num_scan_inputs=1, scan_input_axes=[-1], body={e: o = Exp(e); give o})",
        "y = Scan(x; num_scan_inputs=1, scan_input_directions=[1], body={e: o = Exp(e); give o})",
        "y = Scan(x; num_scan_inputs=1, scan_output_directions=[1], body={e: o = Exp(e); give o})",
        "y = Scan(x; num_scan_inputs=1, scan_output_axes=[1], body={e: o = Exp(e); give o})",
        "y = Scan(x; num_scan_inputs=1, scan_output_axes=[-1], body={e: o = Exp(e); give o})",
        "y = Scan(x; num_scan_inputs=1, scan_input_axes=[1], scan_output_axes=[-1], scan_input_directions=[1],"
                + " scan_output_directions=[1], body={e: o = Exp(e); give o})",
        "a, b, y, z = Scan(v, Neg(v), x, Exp(x); num_scan_inputs=2, scan_input_directions=[0, 1],"
                + " scan_output_axes=[0, 1], body={p, q, e, f: p2 = Add(q, e); q2 = Sub(p, f); o = Mul(p2, q2);"
                + " u = ReduceSum(o; keepdims=1); give p2, q2, o, u})",
        "y = Scan(x; num_scan_inputs=1, body={e: o = Scan(e; num_scan_inputs=1, body={i: n = Neg(i); give n});"
                + " give o})",
        "s, y = Scan(Gather(v, Squeeze([1])), x; num_scan_inputs=1, body={p, e: r = Add(p, ReduceSum(e; keepdims=0));"
                + " o = Mul(e, r); give r, o})",
        "y = Scan(x; num_scan_inputs=1, body={e: o = If(c; then_branch={a = Neg(e); give a},"
                + " else_branch={b = Mul(e, v); give b}); give o})",
        "s, y = Scan(w, w; num_scan_inputs=1, body={p, e: r = Mul(p, e); o = ReduceSum(r; keepdims=0); give r, o})",
        "s, y = Scan(j, j; num_scan_inputs=1, body={p, e: r = Add(p, e); o = Greater(r, p); give r, o})",
    })
    void scans(String form) throws Exception {
        agree(form);
    }

    /** Over a length that only a run knows; ONNX Runtime has no scans over nothing. */
    @ParameterizedTest
    @ValueSource(strings = {
        "s, y = Scan(v, x; num_scan_inputs=1, body={p, e: r = Add(p, e); o = Mul(r, v); give r, o})",
        "s, y = Scan(v, x; num_scan_inputs=1, scan_input_directions=[1], scan_output_axes=[1],"
                + " body={p, e: r = Add(p, e); o = Mul(r, v); give r, o})",
        "n = Gather(Shape(x), Squeeze([0])); s, y = Loop(n, none, v; body={i64 t, bool go, p: g = Identity(go);"
                + " r = Add(p, Gather(x, t)); o = Exp(p); give g, r, o})",
        "n = Gather(Shape(x), Squeeze([0])); s, y = Loop(n, none, v; body={i64 t, bool go, p: g = Identity(go);"
                + " r = Mul(p, Cast(t; to=1)); o = Exp(r); give g, r, o})",
        "n = Gather(Shape(x), Squeeze([0])); y = If(Greater(n, Squeeze([2])); then_branch={a = Exp(x); give a},"
                + " else_branch={b = Add(x, v); give b})",
    })
    void symbolicLengths(String form) throws Exception {
        for (int length : form.contains("Scan") ? new int[] {1, 2, 7} : new int[] {0, 1, 2, 7}) {
            new Spelling().in("x", uniform(DType.F32, -1, 1, 3, length, 3), "T", 3).in("v", 3).dim("T", 0, 9)
                    .nodes(form).agrees();
        }
    }

    /** Over as many slices as another operation finds in the data, and lengths that alone are asked for. */
    @ParameterizedTest
    @ValueSource(strings = {
        "z = Compress(x, m; axis=0); s, y = Scan(v, z; num_scan_inputs=1, body={p, e: r = Add(p, e); o = Mul(r, v);"
                + " give r, o})",
        "z = Compress(x, m; axis=0); s, y = Scan(v, z; num_scan_inputs=1, scan_input_directions=[1],"
                + " scan_output_axes=[1], body={p, e: r = Add(p, e); o = Mul(r, v); give r, o})",
        "z = Compress(x, m; axis=0); s = Scan(v, z; num_scan_inputs=1, body={p, e: r = Tanh(p); give r})",
        "n = Gather(Shape(Compress(x, m; axis=0)), Squeeze([0])); s = Loop(n, none, v; body={i64 t, bool go, p:"
                + " g = Identity(go); r = Tanh(p); give g, r})",
        "n = Gather(Shape(Compress(x, m; axis=0)), Squeeze([0])); i, s = Loop(none, Greater(n, Squeeze([0])),"
                + " Squeeze([0]), v; body={i64 t, bool go, i64 a, p: b = Add(a, Squeeze([1])); g = Less(b, n);"
                + " r = Tanh(p); give g, b, r})",
        "z = Compress(x, m; axis=0); a, b = Scan(z, x, x; num_scan_inputs=2, body={p, e, f: r = Add(p, e);"
                + " o = Mul(f, v); give r, o}); s, y = Scan(v, a; num_scan_inputs=1, body={p, e: r = Mul(p, e);"
                + " o = Exp(r); give r, o})",
        "z = Compress(x, m; axis=0); a = Scan(z, x; num_scan_inputs=1, body={p, e: q, u = Scan(e, p; num_scan_inputs=1,"
                + " body={c, d: f = Add(c, d); h = Tanh(f); give f, h}); give u}); y = ReduceSum(a; keepdims=0)",
        "u, i, j, k = Unique(Compress(x, m; axis=0); axis=0); y = Add(u, v)",
        "y = Shape(NonZero(m))",
        "y = Mul(v, Cast(Size(Compress(x, m; axis=0)); to=1))",
        "y = Expand(v, Concat(Gather(Shape(Compress(x, m; axis=0)), [0]), [3]; axis=0))",
    })
    void learntLengths(String form) throws Exception {
        for (int mask = 1; mask < 16; mask++) {
            long[] m = {mask & 1, mask >> 1 & 1, mask >> 2 & 1, mask >> 3 & 1};
            new Spelling().in("x", 4, 3).in("v", 3).in("m", Literal.of(DType.BOOL, m, 4)).nodes(form).agrees();
        }
    }

    /** No iterations: states stay what they were, and nothing is collected. */
    @Test
    void scansOverNothing() {
        Literal v = uniform(DType.F32, -1, 1, 4, 3);
        Session session = new Spelling().in("x", uniform(DType.F32, -1, 1, 3, 2, 3), "T", 3).in("v", v).dim("T", 0, 9)
                .nodes("s, y = Scan(v, x; num_scan_inputs=1, scan_output_axes=[-1],"
                        + " body={p, e: r = Add(p, e); o = Mul(r, v); give r, o})")
                .outputs("s", "y").session();
        Spelling.set(session, Map.of("v", v, "x", Literal.of(new float[0], 0, 3)));
        session.run();
        assertArrayEquals(v.toDoubles(), Spelling.output(session, "s").toDoubles());
        assertArrayEquals(new int[] {3, 0}, session.output("y").shape());
    }
}
