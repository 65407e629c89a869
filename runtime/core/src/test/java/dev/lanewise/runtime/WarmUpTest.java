package dev.lanewise.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.MatmulKernels;
import dev.lanewise.runtime.scalar.ScalarKernels;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A kernel that did not compile well is left to its scalar twin, alone, and the log says so. */
@Tag("once")
class WarmUpTest {

    private static final int PRODUCT = 1; // the model's steps: concat, matmul, copy

    /** Scalar kernels whose products dawdle. */
    private static Kernels slowProducts() {
        return kernels("slow", () -> {
            long end = System.nanoTime() + 200_000;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
        }, () -> -1);
    }

    /**
     * Scalar kernels.
     *
     * @param also what a product does besides
     * @param allocatedBytes what is said to be allocated so far
     */
    private static Kernels kernels(String name, Runnable also, LongSupplier allocatedBytes) {
        MatmulKernels matmul = (MatmulKernels) Proxy.newProxyInstance(
                WarmUpTest.class.getClassLoader(), new Class<?>[] {MatmulKernels.class}, (proxy, method, args) -> {
                    if (Set.of("matmul", "row").contains(method.getName())) {
                        also.run();
                    }
                    return method.invoke(ScalarKernels.INSTANCE.matmul(), args);
                });
        return (Kernels) Proxy.newProxyInstance(
                WarmUpTest.class.getClassLoader(), new Class<?>[] {Kernels.class}, (proxy, method, args) ->
                        switch (method.getName()) {
                            case "matmul" -> matmul;
                            case "name" -> name;
                            case "allocatedBytes" -> allocatedBytes.getAsLong();
                            case "hashCode" -> 1;
                            case "equals" -> proxy == args[0];
                            default -> method.invoke(ScalarKernels.INSTANCE, args);
                        });
    }

    @Test
    void slowKernelsAreLeftToTheirTwins() {
        List<String> said = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                said.add(record.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger log = Logger.getLogger("dev.lanewise");
        log.addHandler(handler);
        try {
            Model model = SmallModels.recurrent(3).load(LoadOptions.Start.SCALAR);
            Tier tier = new WarmUp(model, slowProducts()).run();
            assertEquals(Set.of(PRODUCT), tier.scalarSteps());
            WarmUpReport.StepTime product = tier.warmUp().steps().get(PRODUCT);
            assertTrue(product.scalar() && product.nanos() > product.scalarNanos(), product.toString());
            assertEquals(List.of("rows"), product.forms());
            assertTrue(tier.warmUp().runs() > 0 && tier.warmUp().nanos() >= tier.warmUp().packNanos());
            assertEquals(1, said.stream().filter(line -> line.contains("step 1 takes")
                    && line.contains("it keeps the scalar kernel")).count(), said.toString());
            Session before = model.newSession();
            before.input("x").set(1, 2, 3, 4);
            before.run();
            float[] expected = SmallModels.values(before.output("y"));
            model.changeTier(tier);
            before.bind(model.newState());
            before.run();
            assertArrayEquals(expected, SmallModels.values(before.output("y")), "the same bits");
            assertTrue(before.kernels().equals("slow"), "the others changed over");
        } finally {
            log.removeHandler(handler);
        }
    }

    /** As on a busy machine, where the compiler comes late: thousands of runs are not enough. */
    @Test
    void goesOnUntilKernelsStopAllocating() {
        int late = 30_000; // more than the runs of the first round
        AtomicInteger products = new AtomicInteger();
        AtomicLong bytes = new AtomicLong();
        Kernels boxing = kernels("boxing", () -> {
            if (products.incrementAndGet() < late) {
                bytes.addAndGet(64);
            }
        }, bytes::get);
        Model model = SmallModels.recurrent(3).load(LoadOptions.Start.SCALAR);
        Tier tier = new WarmUp(model, boxing).run();
        assertEquals(Set.of(), tier.scalarSteps());
        assertTrue(products.get() >= late, products + " products");
        assertEquals(0, tier.warmUp().bytes());
    }
}
