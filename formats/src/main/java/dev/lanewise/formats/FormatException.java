package dev.lanewise.formats;

/**
 * A file whose bytes are not what they should be: cut short, damaged, of a newer version, or made to
 * harm. The message names the file, the field, and what was found.
 */
public final class FormatException extends LanewiseException {

    private static final long serialVersionUID = 1L;

    private final String file;
    private final String field;

    /**
     * @param file the file's name as the caller gave it
     * @param field path of the field at fault, such as {@code programs[0].body.steps[3].ints}; empty
     *     where the fault has no field
     */
    public FormatException(String file, String field, String problem, Throwable cause) {
        super(file + ": " + (field.isEmpty() ? "" : field + ": ") + problem, cause);
        this.file = file;
        this.field = field;
    }

    public FormatException(String file, String field, String problem) {
        this(file, field, problem, null);
    }

    public String file() {
        return file;
    }

    public String field() {
        return field;
    }
}
