package dev.lanewise.vector;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Kernels with their sizes as constants. A <em>template</em> is an ordinary class whose sizes are {@code
 * static final int}s, read once from {@link #constants}; {@link #of} defines the same bytes again as a hidden
 * class with other numbers. To the compiler they are as good as literals: strides go into the addresses of
 * instructions, branches on them disappear, and each shape has its own profile. No code is generated, and
 * debuggers and profilers show the template's text.
 *
 * <pre>{@code
 * final class Tile implements Runnable {
 *     private static final int[] SHAPE = Shaped.constants(MethodHandles.lookup(), 12, 64);
 *     private static final int ROWS = SHAPE[0];
 *     private static final int STRIDE = SHAPE[1];
 *     public void run() { … }
 * }
 *
 * Runnable tile = Shaped.of(MethodHandles.lookup(), Tile.class, Runnable.class, 12, 272); // or null
 * }</pre>
 *
 * <p>A definition takes about half a millisecond, and the JVM compiles each class anew: for the shapes that
 * carry a model's time. Equal shapes share one instance, as long as somebody uses it; a class that nobody
 * uses is unloaded. At most {@link #MOST} are alive at once, whatever models a process loads. Thread-safe;
 * allocates when a shape is defined.
 */
public final class Shaped {

    /** Classes that are alive at once, at most. */
    public static final int MOST = 192;

    /** Class files of the templates; there are few. */
    private static final Map<Class<?>, byte[]> TEMPLATES = new HashMap<>();

    private static final Map<Key, WeakReference<Object>> DEFINED = new HashMap<>();

    private Shaped() {}

    private record Key(Class<?> template, List<Integer> constants) {}

    /**
     * The numbers that a class was defined with; called by a template's initializer.
     *
     * @param lookup the template's own
     * @param generic those of the template itself, as it was loaded from its file
     */
    public static int[] constants(Lookup lookup, int... generic) {
        try {
            int[] data = MethodHandles.classData(lookup, "_", int[].class);
            return data == null ? generic : data;
        } catch (IllegalAccessException e) {
            throw new IllegalArgumentException("a lookup with full rights is needed", e);
        }
    }

    /**
     * An instance of a template with these numbers.
     *
     * @param lookup of a class in the template's package
     * @param template has a constructor without arguments that the lookup's class may call
     * @param type what the instance is used as: its own class has no name
     * @return {@code null} where there are {@link #MOST} already, or this JVM defines no hidden classes:
     *     the caller then takes its generic kernel
     */
    public static <T> T of(Lookup lookup, Class<? extends T> template, Class<T> type, int... constants) {
        List<Integer> numbers = new ArrayList<>();
        for (int constant : constants) {
            numbers.add(constant);
        }
        Key key = new Key(template, List.copyOf(numbers));
        synchronized (DEFINED) {
            WeakReference<Object> known = DEFINED.get(key);
            Object instance = known == null ? null : known.get();
            if (instance == null) {
                DEFINED.values().removeIf(reference -> reference.get() == null);
                if (DEFINED.size() >= MOST) {
                    return null;
                }
                instance = define(lookup, template, constants.clone());
                if (instance == null) {
                    return null;
                }
                DEFINED.put(key, new WeakReference<>(instance));
            }
            return type.cast(instance);
        }
    }

    private static Object define(Lookup lookup, Class<?> template, int[] constants) {
        try {
            byte[] file = TEMPLATES.get(template);
            if (file == null) {
                file = read(template);
                TEMPLATES.put(template, file);
            }
            Class<?> shaped = lookup.defineHiddenClassWithClassData(file, constants, true).lookupClass();
            return shaped.getDeclaredConstructor().newInstance();
        } catch (IOException | ReflectiveOperationException | LinkageError | RuntimeException e) {
            // a JVM that loads no classes at run time, or a file that was taken out of the jar
            return null;
        }
    }

    private static byte[] read(Class<?> template) throws IOException {
        String name = template.getName().substring(template.getName().lastIndexOf('.') + 1) + ".class";
        try (InputStream in = template.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException(name + " is not there");
            }
            return in.readAllBytes();
        }
    }

    /** What an instance was made of, such as {@code PixelTile[12, 2, 64, 64, 0]}; else the name of its class. */
    static String name(Object instance) {
        synchronized (DEFINED) {
            for (Map.Entry<Key, WeakReference<Object>> defined : DEFINED.entrySet()) {
                if (defined.getValue().get() == instance) {
                    return defined.getKey().template().getSimpleName() + defined.getKey().constants();
                }
            }
        }
        return instance.getClass().getSimpleName();
    }

    /** Classes that are alive, or were until lately. */
    static int count() {
        synchronized (DEFINED) {
            return DEFINED.size();
        }
    }
}
