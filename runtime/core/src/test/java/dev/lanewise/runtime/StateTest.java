package dev.lanewise.runtime;

import static dev.lanewise.runtime.SmallModels.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** A state as a value: copies, bytes, and bytes that are none. */
class StateTest {

    /** A session whose state has seen {@code n} rows. */
    private static Session advanced(Model model, int n) {
        Session session = model.newSession();
        session.input("x").setShape(1, 2);
        for (int t = 0; t < n; t++) {
            session.input("x").set(t, -t);
            session.run();
        }
        return session;
    }

    @Test
    void aCopyIsAFork() {
        Model model = SmallModels.cache(5).load();
        Session session = advanced(model, 2);
        State fork = session.state().copy();
        session.input("x").set(7, 7);
        session.run();
        session.bind(fork);
        session.input("x").set(8, 8);
        session.run();
        assertArrayEquals(new float[] {0, 0, 1, -1, 8, 8}, values(session.output("y")));
    }

    @Test
    void bytesRoundTrip() {
        HandMade hand = SmallModels.cache(5);
        Model model = hand.load();
        byte[] bytes = advanced(model, 3).state().toBytes();
        Model elsewhere = SmallModels.cache(5).load(); // another process has loaded the same file
        State state = elsewhere.stateFromBytes(bytes);
        assertArrayEquals(bytes, state.toBytes());
        Session session = elsewhere.newSession();
        session.bind(state);
        session.input("x").setShape(1, 2);
        session.input("x").set(9, 9);
        session.run();
        assertArrayEquals(new float[] {0, 0, 1, -1, 2, -2, 9, 9}, values(session.output("y")));
        session.state().copyFrom(model.stateFromBytes(bytes)); // of the same file loaded twice
        assertArrayEquals(bytes, session.state().toBytes());
    }

    @Test
    void everyStorageIsKept() {
        HandMade hand = new HandMade();
        int n = hand.number(3);
        DType[] types = {DType.F32, DType.F64, DType.I64, DType.U32, DType.F16, DType.BOOL};
        for (DType type : types) {
            int x = hand.input("x" + type, type, n);
            int h = hand.state(type, n);
            hand.copy(h, hand.output("y" + type, type, n));
            hand.carried("h" + type, h, x);
        }
        Model model = hand.load();
        Session session = model.newSession();
        for (DType type : types) {
            Tensor x = session.input("x" + type);
            for (int i = 0; i < 3; i++) {
                Elements.set(x, i, type == DType.BOOL ? i % 2 : i + 1);
            }
        }
        session.run();
        State state = model.stateFromBytes(session.state().toBytes());
        session.state().reset();
        session.run();
        for (DType type : types) {
            assertEquals(0, Elements.get(session.output("y" + type), 2));
        }
        session.bind(state);
        session.run();
        for (DType type : types) {
            assertEquals(type == DType.BOOL ? 0 : 3, Elements.get(session.output("y" + type), 2), type.toString());
        }
    }

    @Test
    void damagedBytesAreRefused() {
        Model model = SmallModels.cache(5).load();
        byte[] bytes = advanced(model, 2).state().toBytes();
        for (int i = 0; i < bytes.length; i++) {
            byte[] damaged = bytes.clone();
            damaged[i] ^= 0x10;
            assertThrows(FormatException.class, () -> model.stateFromBytes(damaged), "byte " + i);
        }
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThrows(FormatException.class, () -> model.stateFromBytes(cut));
        }
        assertThrows(FormatException.class, () -> model.stateFromBytes(Arrays.copyOf(bytes, bytes.length + 1)));
    }

    @Test
    void extentsBeyondTheirBoundAreRefused() {
        Model model = SmallModels.cache(5).load();
        byte[] bytes = advanced(model, 2).state().toBytes();
        for (int bad : new int[] {6, -2, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            for (int extent = 0; extent < 2; extent++) {
                byte[] forged = bytes.clone();
                ByteBuffer.wrap(forged).order(java.nio.ByteOrder.LITTLE_ENDIAN).putInt(20 + 4 * extent, bad);
                CRC32 crc = new CRC32();
                crc.update(forged, 0, forged.length - 4);
                ByteBuffer.wrap(forged).order(java.nio.ByteOrder.LITTLE_ENDIAN)
                        .putInt(forged.length - 4, (int) crc.getValue());
                assertThrows(FormatException.class, () -> model.stateFromBytes(forged));
            }
        }
    }

    @Test
    void statesOfAnotherModelAreRefused() {
        State state = SmallModels.recurrent(1).load().newState();
        Model other = SmallModels.recurrent(2).load();
        assertThrows(FormatException.class, () -> other.stateFromBytes(state.toBytes()));
        assertThrows(FormatException.class, () -> other.newState().copyFrom(state));
    }
}
