package dev.lanewise.compiler.cli;

import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.ModelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The model a command works on: a {@code .lane} file, or a source model that is compiled in memory. */
final class ModelSource {

    private ModelSource() {}

    /** Reads or compiles a model; wrong names and options that do not apply are wrong use. */
    static ModelFile read(CommandSpec spec, Path file, CompileArguments arguments) throws IOException {
        requireFile(spec, file);
        if (isCompiled(file)) {
            if (arguments.given()) {
                throw new ParameterException(spec.commandLine(),
                        file + " is compiled already; --dim, --pin, --state and their like are for its source");
            }
            return ModelFile.read(file);
        }
        return compile(file, arguments).file();
    }

    static Compiled compile(Path file, CompileArguments arguments) throws IOException {
        return Compiler.compile(file, arguments.options());
    }

    static boolean isCompiled(Path file) {
        return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".lane");
    }

    static void requireFile(CommandSpec spec, Path file) {
        if (!Files.exists(file)) {
            throw new ParameterException(spec.commandLine(), file + ": no such file");
        }
        if (Files.isDirectory(file)) {
            throw new ParameterException(spec.commandLine(), file + ": is a directory, expected a model file");
        }
        try {
            if (Files.size(file) == 0) {
                throw new FormatException(file.toString(), "", "the file is empty");
            }
        } catch (IOException e) {
            throw new ParameterException(spec.commandLine(), file + ": cannot be read");
        }
    }
}
