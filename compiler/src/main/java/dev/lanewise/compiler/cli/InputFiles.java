package dev.lanewise.compiler.cli;

import dev.lanewise.compiler.data.DataFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The values that {@code --input NAME=FILE} names. */
final class InputFiles {

    private InputFiles() {}

    /** Values by the names of their inputs; wrong use where an argument is not of that kind, or comes twice. */
    static Map<String, DataFile> read(CommandSpec spec, List<String> inputs) throws IOException {
        Map<String, DataFile> values = new LinkedHashMap<>();
        for (String input : inputs) {
            int at = input.lastIndexOf('=');
            if (at <= 0 || at == input.length() - 1) {
                throw new ParameterException(spec.commandLine(), "--input " + input + ": expected NAME=FILE");
            }
            Path data = Path.of(input.substring(at + 1));
            if (!Files.isRegularFile(data)) {
                throw new ParameterException(spec.commandLine(), data + ": no such file");
            }
            if (values.put(input.substring(0, at), DataFile.read(data)) != null) {
                throw new ParameterException(
                        spec.commandLine(), "--input " + input.substring(0, at) + " is given twice");
            }
        }
        return values;
    }
}
