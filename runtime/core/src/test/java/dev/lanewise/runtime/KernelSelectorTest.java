package dev.lanewise.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.formats.KernelException;
import dev.lanewise.runtime.kernel.AttentionKernels;
import dev.lanewise.runtime.kernel.CellKernels;
import dev.lanewise.runtime.kernel.ConvKernels;
import dev.lanewise.runtime.kernel.KernelProvider;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.LayoutKernels;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.MatmulKernels;
import dev.lanewise.runtime.kernel.NormKernels;
import dev.lanewise.runtime.kernel.PoolKernels;
import dev.lanewise.runtime.kernel.ReduceKernels;
import dev.lanewise.runtime.kernel.TrainingCellKernels;
import dev.lanewise.runtime.kernel.UpdateKernels;
import dev.lanewise.runtime.kernel.WeightMatrix;
import dev.lanewise.runtime.scalar.ScalarKernels;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.ServiceConfigurationError;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Which kernels are chosen, among providers that work, refuse, break or lie. */
class KernelSelectorTest {

    /** Scalar kernels under another name, or with broken products. */
    private record Named(String name, MatmulKernels matmul) implements Kernels {

        Named(String name) {
            this(name, ScalarKernels.INSTANCE.matmul());
        }

        @Override
        public CellKernels cells() {
            return ScalarKernels.INSTANCE.cells();
        }

        @Override
        public TrainingCellKernels trainingCells() {
            return ScalarKernels.INSTANCE.trainingCells();
        }

        @Override
        public ConvKernels conv() {
            return ScalarKernels.INSTANCE.conv();
        }

        @Override
        public PoolKernels pool() {
            return ScalarKernels.INSTANCE.pool();
        }

        @Override
        public MapKernels map() {
            return ScalarKernels.INSTANCE.map();
        }

        @Override
        public ReduceKernels reduce() {
            return ScalarKernels.INSTANCE.reduce();
        }

        @Override
        public NormKernels norm() {
            return ScalarKernels.INSTANCE.norm();
        }

        @Override
        public AttentionKernels attention() {
            return ScalarKernels.INSTANCE.attention();
        }

        @Override
        public LayoutKernels layout() {
            return ScalarKernels.INSTANCE.layout();
        }

        @Override
        public UpdateKernels update() {
            return ScalarKernels.INSTANCE.update();
        }
    }

    private record Provider(int priority, String unusableBecause, Supplier<Kernels> source)
            implements KernelProvider {

        @Override
        public String name() {
            return "vector";
        }

        @Override
        public Kernels kernels() {
            return source.get();
        }
    }

    private static Provider usable(int priority, String name) {
        return new Provider(priority, null, () -> new Named(name));
    }

    private static Provider refusing(int priority, String reason) {
        return new Provider(priority, reason, () -> {
            throw new AssertionError("was asked for kernels all the same");
        });
    }

    private static Provider breaking(int priority, Error error) {
        return new Provider(priority, null, () -> {
            throw error;
        });
    }

    private static KernelSelector.Selection select(String forced, KernelProvider... providers) {
        return KernelSelector.select(forced, Arrays.asList(providers).iterator());
    }

    @Test
    void takesTheHighestUsablePriority() {
        KernelSelector.Selection chosen = select(
                null, usable(100, "good"), usable(200, "better"), refusing(300, "too new"));
        assertEquals("better", chosen.kernels().name());
        assertEquals("better", chosen.backend().kernels());
        assertEquals("", chosen.backend().advice());
    }

    @Test
    void saysWhatToChangeWhereOnlyScalarIsLeft() {
        KernelSelector.Selection chosen = select(null, refusing(100, "start Java with --x"));
        assertSame(ScalarKernels.INSTANCE, chosen.kernels());
        assertEquals(1, chosen.backend().lanes());
        assertEquals("start Java with --x", chosen.backend().advice());
        assertTrue(chosen.backend().toString().contains("start Java with --x"));
        assertTrue(select(null).backend().advice().contains("--add-modules jdk.incubator.vector"));
    }

    @Test
    void whatDoesNotLoadIsTheLastToBlame() {
        Iterator<KernelProvider> providers = new Iterator<>() {
            private int at;

            @Override
            public boolean hasNext() {
                if (at == 0) {
                    at++;
                    throw new UnsupportedClassVersionError("class file version 69.0");
                }
                return at == 1;
            }

            @Override
            public KernelProvider next() {
                at++;
                return refusing(100, "start Java with --x");
            }
        };
        assertEquals("start Java with --x", KernelSelector.select(null, providers).backend().advice());
    }

    @Test
    void survivesWhatDoesNotLink() {
        assertEquals("good", select(
                null, breaking(300, new NoClassDefFoundError("jdk/incubator/vector/Vector")),
                usable(100, "good")).kernels().name());
    }

    @Test
    void survivesProvidersThatDoNotLoad() {
        Iterator<KernelProvider> providers = new Iterator<>() {
            private int at;

            @Override
            public boolean hasNext() {
                if (at == 1) {
                    at++;
                    throw new UnsupportedClassVersionError("class file version 69.0");
                }
                return at < 3;
            }

            @Override
            public KernelProvider next() {
                if (at++ == 0) {
                    throw new ServiceConfigurationError("not a provider");
                }
                return usable(1, "good");
            }
        };
        assertEquals("good", KernelSelector.select(null, providers).kernels().name());
        Iterator<KernelProvider> endless = new Iterator<>() {
            @Override
            public boolean hasNext() {
                throw new ServiceConfigurationError("again");
            }

            @Override
            public KernelProvider next() {
                throw new AssertionError();
            }
        };
        assertSame(ScalarKernels.INSTANCE, KernelSelector.select(null, endless).kernels());
    }

    @Test
    void doesNotTrustKernelsThatMultiplyWrongly() {
        MatmulKernels right = ScalarKernels.INSTANCE.matmul();
        MatmulKernels wrong = new MatmulKernels() {
            @Override
            public PackedMatrix pack(
                    float[] b, int bOff, int k, int n, int kStride, int nStride,
                    int mostRows) {
                return right.pack(b, bOff, k, n - 1, kStride, nStride, mostRows);
            }

            @Override
            public void refill(PackedMatrix packed, float[] b, int bOff, int kStride, int nStride) {
                throw new AssertionError();
            }

            @Override
            public PackedMatrix pack(WeightMatrix b, int mostRows) {
                return right.pack(b, mostRows);
            }

            @Override
            public void matmul(
                    int m, float[] a, int aOff, int lda, PackedMatrix b, float[] bias, int biasOff,
                    dev.lanewise.runtime.kernel.Epilogue epilogue, float[] c, int cOff, int ldc,
                    float[] scratch) {
                right.matmul(m, a, aOff, lda, b, bias, biasOff, epilogue, c, cOff, ldc, scratch);
            }

            @Override
            public void matmulDynamic(
                    int m, int n, int k, float[] a, int aOff, int lda, boolean transA,
                    float[] b, int bOff, int ldb, boolean transB, float[] c, int cOff, int ldc,
                    float[] panels, int panelsOff, float[] scratch) {
                throw new AssertionError();
            }

            @Override
            public void packPanels(
                    float[] b, int bOff, int k, int n, int kStride, int nStride, float[] panels, int panelsOff) {
                throw new AssertionError();
            }

            @Override
            public void matmulPanels(
                    int m, int n, int k, float[] a, int aOff, int lda, boolean transA, float[] panels, int panelsOff,
                    float[] init, int initOff, int initStride, float[] c, int cOff, int ldc, float[] scratch) {
                throw new AssertionError();
            }
        };
        KernelSelector.Selection chosen =
                select(null, new Provider(100, null, () -> new Named("liar", wrong)));
        assertSame(ScalarKernels.INSTANCE, chosen.kernels());
    }

    @Test
    void forcedScalarAsksNoProvider() {
        KernelSelector.Selection chosen =
                select("scalar", breaking(300, new AssertionError("was asked")));
        assertSame(ScalarKernels.INSTANCE, chosen.kernels());
        assertTrue(chosen.backend().reason().contains("-Dlanewise.kernels=scalar"));
    }

    @Test
    void forcedVectorTakesTheBestOrFails() {
        assertEquals("b", select("vector", usable(1, "a"), usable(2, "b")).kernels().name());
        KernelException e = assertThrows(
                KernelException.class, () -> select("vector", refusing(1, "start it with --x")));
        assertTrue(e.getMessage().contains("start it with --x"), e.getMessage());
        assertThrows(KernelException.class, () ->
                KernelSelector.select("vector", Collections.emptyIterator()));
    }

    @Test
    void unknownNamesAreErrors() {
        KernelException e =
                assertThrows(KernelException.class, () -> select("gpu", usable(1, "a")));
        assertTrue(e.getMessage().contains("scalar or vector"), e.getMessage());
        assertSame("a", select(" ", usable(1, "a")).kernels().name());
    }
}
