package dev.lanewise.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.lanewise.runtime.Backend;
import dev.lanewise.runtime.Lanewise;
import org.junit.jupiter.api.Test;

/** The test runs' own choice: where vector kernels are asked for they are there, at that width. */
class VectorKernelProviderTest {

    @Test
    void theForcedChoiceIsInForce() {
        Backend backend = Lanewise.backend();
        if ("scalar".equals(System.getProperty("lanewise.kernels"))) {
            assertEquals("scalar", backend.kernels());
            assertEquals(1, backend.lanes());
            return;
        }
        assertNull(new VectorKernelProvider().unusableBecause());
        assertEquals(Integer.getInteger("lanewise.lanes", Lanes.LANES), backend.lanes());
        assertEquals("vector " + 32 * backend.lanes() + " bits", backend.kernels());
    }
}
