package dev.lanewise.runtime;

import dev.lanewise.formats.KernelException;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.KernelProvider;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.MatmulKernels.PackedMatrix;
import dev.lanewise.runtime.scalar.ScalarKernels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * The one place where kernels are chosen: of all {@link KernelProvider}s on the class or module
 * path that load, call themselves usable and get a small product right, the one of the highest
 * priority; scalar kernels where there is none. {@code -Dlanewise.kernels=scalar|vector} forces a
 * choice, and is an error where that cannot be had, never a silent fallback.
 */
final class KernelSelector {

    /** The property that forces a choice. */
    static final String PROPERTY = "lanewise.kernels";

    private static final String SCALAR = "scalar";

    /** The service loader is given up after this many providers that fail to load. */
    private static final int MAX_FAILURES = 16;

    /** What was chosen. */
    record Selection(Kernels kernels, Backend backend) {}

    /** Why providers were passed over, most preferred first. */
    private final List<String> refusals = new ArrayList<>();

    /** The same of those that did not even load, which says less of what could be changed. */
    private final List<String> unloadable = new ArrayList<>();

    private final List<KernelProvider> found = new ArrayList<>();

    private KernelSelector() {}

    /**
     * @param forced value of {@link #PROPERTY}, or {@code null}
     * @throws KernelException where the forced choice cannot be met
     */
    static Selection select(String forced) {
        ClassLoader loader = KernelProvider.class.getClassLoader();
        return select(forced, ServiceLoader.load(KernelProvider.class, loader).iterator());
    }

    /** The same among given providers. */
    static Selection select(String forced, Iterator<KernelProvider> providers) {
        String wanted = forced == null || forced.isBlank() ? null : forced.trim();
        if (SCALAR.equals(wanted)) {
            return scalar("forced by -D" + PROPERTY + "=" + wanted, "");
        }
        KernelSelector selector = new KernelSelector();
        selector.load(providers);
        for (KernelProvider provider : selector.found) {
            if (wanted == null || wanted.equals(provider.name())) {
                Kernels kernels = selector.tryOut(provider);
                if (kernels != null) {
                    String reason = wanted == null
                            ? "the fastest that work on this JVM"
                            : "forced by -D" + PROPERTY + "=" + wanted;
                    return selection(kernels, reason, "");
                }
            }
        }
        selector.refusals.addAll(selector.unloadable);
        if (wanted != null) {
            throw new KernelException(selector.whyNot(wanted));
        }
        return selector.fallBack();
    }

    private void load(Iterator<KernelProvider> providers) {
        for (int failures = 0; failures < MAX_FAILURES; ) {
            try {
                if (!providers.hasNext()) {
                    break;
                }
                found.add(providers.next());
            } catch (ServiceConfigurationError | LinkageError e) {
                // built for a newer Java, or its modules are missing: the others may still do
                failures++;
                unloadable.add("a provider of kernels does not load here (" + e + ")");
            }
        }
        found.sort(Comparator.comparingInt(KernelProvider::priority).reversed());
    }

    /** The provider's kernels, or {@code null}, having noted why not. */
    private Kernels tryOut(KernelProvider provider) {
        try {
            String refusal = provider.unusableBecause();
            if (refusal != null) {
                refuse(refusal);
                return null;
            }
            Kernels kernels = provider.kernels();
            if (multipliesLikeScalar(kernels)) {
                return kernels;
            }
            refuse(kernels.name() + " kernels got a product wrong: report this, please");
        } catch (LinkageError | RuntimeException e) {
            refuse(provider.name() + " kernels do not work here (" + e + ")");
        }
        return null;
    }

    /** Two providers of one kind may have one reason. */
    private void refuse(String reason) {
        if (!refusals.contains(reason)) {
            refusals.add(reason);
        }
    }

    /**
     * Whether products of [3, 5] and of [1, 5] with [5, 33], which may be packed in two forms, have the
     * bits of the scalar kernels.
     */
    static boolean multipliesLikeScalar(Kernels kernels) {
        return multipliesLikeScalar(kernels, 3) && multipliesLikeScalar(kernels, 1);
    }

    private static boolean multipliesLikeScalar(Kernels kernels, int m) {
        float[] expected = product(ScalarKernels.INSTANCE, m);
        float[] actual = product(kernels, m);
        for (int i = 0; i < expected.length; i++) {
            if (Float.floatToIntBits(expected[i]) != Float.floatToIntBits(actual[i])) {
                return false;
            }
        }
        return true;
    }

    private static float[] product(Kernels kernels, int m) {
        int k = 5;
        int n = 33;
        float[] a = new float[m * k];
        float[] b = new float[k * n];
        float[] c = new float[m * n];
        for (int i = 0; i < a.length; i++) {
            a[i] = 0.1f * (i - 6);
        }
        for (int i = 0; i < b.length; i++) {
            b[i] = 0.3f * (i % 17 - 8);
        }
        PackedMatrix packed = kernels.matmul().pack(b, 0, k, n, n, 1, m);
        float[] scratch = new float[Kernels.SCRATCH_FLOATS];
        kernels.matmul().matmul(m, a, 0, k, packed, null, 0, Epilogue.NONE, c, 0, n, scratch);
        return c;
    }

    private Selection fallBack() {
        if (!refusals.isEmpty()) {
            return scalar("no vector kernels", refusals.get(0));
        }
        boolean android = "Dalvik".equals(System.getProperty("java.vm.name"));
        String advice = android
                ? ""
                : "add lanewise-vector to the class path and start Java with"
                        + " --add-modules jdk.incubator.vector";
        return scalar("no others were found", advice);
    }

    private String whyNot(String wanted) {
        String why = "-D" + PROPERTY + "=" + wanted + " cannot be met: ";
        if (!refusals.isEmpty()) {
            return why + String.join("; ", refusals);
        }
        if (wanted.equals("vector")) {
            return why + "lanewise-vector is not on the class path";
        }
        return why + "there are no kernels of that name; use scalar or vector";
    }

    private static Selection scalar(String reason, String advice) {
        return selection(ScalarKernels.INSTANCE, reason, advice);
    }

    private static Selection selection(Kernels kernels, String reason, String advice) {
        return new Selection(kernels, new Backend(kernels.name(), kernels.lanes(), reason, advice));
    }
}
