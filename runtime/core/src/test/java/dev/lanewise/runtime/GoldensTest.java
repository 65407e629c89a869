package dev.lanewise.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.proto.Bytes;
import dev.lanewise.formats.proto.GoldenInputProto;
import dev.lanewise.formats.proto.GoldenOutputProto;
import dev.lanewise.formats.proto.GoldenProto;
import dev.lanewise.formats.proto.ModelProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Golden vectors: true ones pass, everything else is a named error. */
class GoldensTest {

    private static GoldenProto.Builder golden(HandMade hand, GoldenInputProto.Builder input) {
        Session session = hand.load().newSession();
        Goldens.fill(session.inputs().get(0), input.build());
        session.run();
        Tensor y = session.outputs().get(0);
        GoldenOutputProto.Builder output = GoldenOutputProto.newBuilder().setDigest(Goldens.digest(y));
        for (int extent : y.shape()) {
            output.addExtents(extent);
        }
        for (int s = 0; s < 4; s++) {
            output.addSamples((float) Elements.get(y, Goldens.samplePosition(s, 4, y.size())));
        }
        return GoldenProto.newBuilder().addInputs(input).addOutputs(output);
    }

    private static void verify(HandMade hand, GoldenProto.Builder golden) {
        ModelProto proto = hand.proto().toBuilder().addGoldens(golden).build();
        Model.of(ModelFile.complete("test.lane", proto),
                LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD).verifyGoldens(true));
    }

    @Test
    void trueGoldensPass() {
        HandMade hand = SmallModels.recurrent(1);
        GoldenInputProto.Builder input = GoldenInputProto.newBuilder().addExtents(1).addExtents(4).setSeed(7);
        verify(hand, golden(hand, input));
        input.setData(Bytes.copyOf(HandMade.bytes(DType.F32, new float[] {1, 2, 3, 4})));
        verify(hand, golden(hand, input));
        HandMade cache = SmallModels.cache(4);
        verify(cache, golden(cache, GoldenInputProto.newBuilder().addExtents(3).addExtents(2).setSeed(-1)));
    }

    @Test
    void wrongGoldensAreRefused() {
        HandMade hand = SmallModels.recurrent(1);
        GoldenInputProto.Builder input = GoldenInputProto.newBuilder().addExtents(1).addExtents(4).setSeed(7);
        GoldenProto golden = golden(hand, input).build();
        GoldenOutputProto output = golden.getOutputs(0);

        GoldenProto.Builder wrong = golden.toBuilder();
        wrong.setOutputs(0, output.toBuilder().setDigest(1).setSamples(2, output.getSamples(2) + 0.5f));
        String message = assertThrows(FormatException.class, () -> verify(hand, wrong)).getMessage();
        assertTrue(message.contains("'y'") && message.contains("0.5"), message);

        GoldenProto.Builder otherInput = golden.toBuilder();
        otherInput.setInputs(0, input.clone().setSeed(8));
        assertThrows(FormatException.class, () -> verify(hand, otherInput));

        GoldenProto.Builder otherShape = golden.toBuilder();
        otherShape.setOutputs(0, output.toBuilder().setExtents(0, 2));
        assertThrows(FormatException.class, () -> verify(hand, otherShape));

        assertThrows(FormatException.class, () -> verify(hand, golden.toBuilder().clearOutputs()));
        assertThrows(FormatException.class, () -> verify(hand, golden.toBuilder().clearInputs()));
        for (int[] extents : new int[][] {{1}, {1, 5}, {-1, 4}, {1, Integer.MIN_VALUE}, {}}) {
            GoldenInputProto.Builder bad = input.clone().clearExtents();
            for (int extent : extents) {
                bad.addExtents(extent);
            }
            assertThrows(LanewiseException.class, () -> verify(hand, golden.toBuilder().setInputs(0, bad)));
        }
        GoldenProto.Builder shortData = golden.toBuilder();
        shortData.setInputs(0, input.clone().setData(Bytes.copyOf(new byte[15])));
        assertThrows(FormatException.class, () -> verify(hand, shortData));
    }

    /** A processor gives NaNs of either sign and any payload. */
    @Test
    void allNansHaveOneDigest() {
        assertNansHaveOneDigest(DType.F32, 0x7fc00000L, 0xffc00000L, 0x7f812345L, 0x7f800000L);
        assertNansHaveOneDigest(
                DType.F64, 0x7ff8000000000000L, 0xfff8000000000000L, 0x7ff0000000000001L, 0x7ff0000000000000L);
        assertNansHaveOneDigest(DType.F16, 0x7e00, 0xfe00, 0x7c01, 0x7c00);
        assertNansHaveOneDigest(DType.BF16, 0x7fc0, 0xffc0, 0x7f81, 0x7f80);
    }

    private static void assertNansHaveOneDigest(DType type, long nan, long negative, long payload, long infinity) {
        assertEquals(digest(type, nan), digest(type, negative), type.toString());
        assertEquals(digest(type, nan), digest(type, payload), type.toString());
        assertNotEquals(digest(type, nan), digest(type, infinity), type.toString());
    }

    private static long digest(DType type, long bits) {
        HandMade hand = new HandMade();
        int n = hand.number(1);
        hand.copy(hand.input("x", type, n), hand.output("y", type, n));
        Tensor x = hand.load().newSession().inputs().get(0);
        ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, bits);
        Elements.decode(x, bytes.limit(type.bytes()));
        return Goldens.digest(x);
    }

    @Test
    void generatedNumbersAreTheDocumentedOnes() {
        HandMade hand = new HandMade();
        int n = hand.number(2000);
        for (DType type : new DType[] {DType.F32, DType.I32, DType.BOOL, DType.U8}) {
            hand.copy(hand.input(type.toString(), type, n), hand.output("y" + type, type, n));
        }
        Session session = hand.load().newSession();
        for (Tensor tensor : session.inputs()) {
            Goldens.fill(tensor, GoldenInputProto.newBuilder().addExtents(2000).setSeed(0).setLimit(200).build());
            double least = 1e9;
            double most = -1e9;
            for (int i = 0; i < 2000; i++) {
                double value = Elements.get(tensor, i);
                least = Math.min(least, value);
                most = Math.max(most, value);
            }
            assertTrue(tensor.type() == DType.F32 ? least >= -1 && most < 1 && most > 0.99 && least < -0.99
                    : least == 0 && most == (tensor.type() == DType.BOOL ? 1 : 199), tensor + " " + least + " " + most);
        }
        // splitmix64 of seed 0 begins with e220a8397b1dcdaf
        assertEquals((0xe220a8397b1dcdafL >> 40) * 0x1p-23, session.inputs().get(0).get(0));
    }
}
