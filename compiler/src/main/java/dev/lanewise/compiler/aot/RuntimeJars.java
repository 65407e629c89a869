package dev.lanewise.compiler.aot;

import dev.lanewise.formats.ModelFile;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.kernel.KernelProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;

/** The jars that a program needs which runs compiled models: the runtime, its kernels, and what they need. */
public final class RuntimeJars {

    private RuntimeJars() {}

    /**
     * Options of the JVM that a program with these jars needs.
     *
     * @param vector whether it is to run on vector kernels
     */
    public static List<String> options(boolean vector) {
        return vector ? List.of("--add-modules", "jdk.incubator.vector") : List.of();
    }

    /**
     * Puts them into a folder, made of class folders where this process runs from such.
     *
     * @return the jars in the order of a class path
     */
    public static List<Path> into(Path folder) throws IOException {
        Files.createDirectories(folder);
        List<Path> jars = new ArrayList<>();
        for (Path place : places()) {
            Path jar = folder.resolve(jarName(place));
            if (Files.isDirectory(place)) {
                Jars.write(place, "", jar);
            } else {
                Files.copy(place, jar, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
            }
            jars.add(jar);
        }
        return jars;
    }

    /** Jars and class folders of this process's own runtime. */
    private static Set<Path> places() throws IOException {
        Set<Path> places = new LinkedHashSet<>();
        places.add(Jars.place(Model.class));
        places.add(Jars.place(ModelFile.class));
        for (var provider : ServiceLoader.load(KernelProvider.class).stream().toList()) {
            try {
                places.add(Jars.place(provider.type()));
            } catch (ServiceConfigurationError | LinkageError e) {
                continue; // for a newer Java than this
            }
        }
        return places;
    }

    /** {@code runtime/vector/target/classes} becomes {@code lanewise-vector.jar}. */
    private static String jarName(Path place) {
        return Files.isDirectory(place)
                ? "lanewise-" + place.getParent().getParent().getFileName() + ".jar"
                : place.getFileName().toString();
    }
}
