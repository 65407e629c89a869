import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes a Java class of each message and each enum of a schema: {@code java Messages.java model.proto FOLDER}. Run by
 * the build. It knows what {@code model.proto} consists of, and refuses anything else.
 *
 * <p>The classes have the methods that protoc's have, and read and write the same bytes; what they do without is
 * reflection, which is what reading a file began with. What they share stands beside them in
 * {@code dev.lanewise.formats.proto}.
 */
final class Messages {

    private static final String PACKAGE = "dev.lanewise.formats.proto";

    private static final Pattern OPEN = Pattern.compile("(message|enum|oneof) (\\w+) \\{");
    private static final Pattern FIELD = Pattern.compile("(repeated )?(\\w+) (\\w+) = (\\d+);");
    private static final Pattern CONSTANT = Pattern.compile("(\\w+) = (\\d+);");
    private static final Pattern PASSED_OVER = Pattern.compile("(syntax|package|option|reserved) .*;");

    /** What {@code //} lines above something say. */
    private final List<String> comment = new ArrayList<>();
    private final List<String> lines;
    private int next;

    private Messages(List<String> lines) {
        this.lines = lines;
    }

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[1]).resolve(PACKAGE.replace('.', '/'));
        Files.createDirectories(folder);
        Messages schema = new Messages(Files.readAllLines(Path.of(args[0])));
        for (Matcher type = schema.type(); type != null; type = schema.type()) {
            String name = type.group(2);
            String body = type.group(1).equals("enum") ? schema.enumeration(name) : schema.message(name);
            Path file = folder.resolve(name + ".java");
            String text = "package " + PACKAGE + ";\n\n"
                    + "import java.util.List;\nimport java.util.Objects;\n\n" + indented(body);
            if (!Files.exists(file) || !Files.readString(file).equals(text)) { // else all would be compiled anew
                Files.writeString(file, text);
            }
        }
    }

    // Reading the schema -------------------------------------------------------------------------

    /** The next line that says something; comments before it are kept. */
    private String line() {
        comment.clear();
        while (next < lines.size()) {
            String line = lines.get(next++).strip();
            if (line.startsWith("//")) {
                comment.add(line.substring(2).strip());
            } else if (line.isEmpty()) {
                comment.clear();
            } else if (!PASSED_OVER.matcher(line).matches()) {
                return line;
            }
        }
        return null;
    }

    private Matcher type() {
        String line = line();
        return line == null ? null : matched(OPEN, line);
    }

    private Matcher matched(Pattern pattern, String line) {
        Matcher matcher = pattern.matcher(line);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("line " + next + " is not understood: " + line);
        }
        return matcher;
    }

    private String javadoc() {
        String text = String.join("\n * ", comment).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        return text.isEmpty() ? "" : "/**\n * " + text + "\n */\n";
    }

    /** One of a message's fields. */
    private record Field(boolean repeated, String type, String proto, int number, String oneof) {

        String name() {
            return Character.toLowerCase(camel().charAt(0)) + camel().substring(1);
        }

        String camel() {
            StringBuilder camel = new StringBuilder();
            for (String word : proto.split("_")) {
                camel.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
            }
            return camel.toString();
        }

        boolean isMessage() {
            return type.endsWith("Proto");
        }

        boolean isEnum() {
            return Character.isUpperCase(type.charAt(0)) && !isMessage();
        }

        /** Of what it holds, or holds several of. */
        String java() {
            return switch (type) {
                case "uint32", "sint32", "fixed32" -> "int";
                case "uint64", "fixed64" -> "long";
                case "bool" -> "boolean";
                case "float" -> "float";
                case "string" -> "String";
                case "bytes" -> "Bytes";
                default -> {
                    if (!isMessage() && !isEnum()) {
                        throw new IllegalArgumentException("a type that is not known: " + type);
                    }
                    yield type;
                }
            };
        }

        String boxed() {
            return switch (java()) {
                case "int" -> "Integer";
                case "float" -> "Float";
                default -> java();
            };
        }

        /** Numbers that are repeated lie in one packed field; floats are held as their bits. */
        boolean isPacked() {
            return repeated && (java().equals("int") || java().equals("float"));
        }

        /** Java that makes of {@code value} what is held. */
        String hold(String value) {
            return java().equals("float") ? "Float.floatToRawIntBits(" + value + ")" : value;
        }

        /** Java that makes of what is held what it is. */
        String give(String held) {
            return java().equals("float") ? "Float.intBitsToFloat(" + held + ")" : held;
        }

        String held() {
            if (isPacked()) {
                return "Ints";
            }
            return repeated ? "List<" + java() + ">" : isEnum() ? "int" : java();
        }

        String absent() {
            if (isPacked()) {
                return "Ints.NONE";
            }
            return repeated ? "List.of()" : switch (held()) {
                case "int", "long", "float" -> "0";
                case "boolean" -> "false";
                case "String" -> "\"\"";
                case "Bytes" -> "Bytes.EMPTY";
                default -> "null";
            };
        }

        /** The call that reads or writes one of it. */
        String wire() {
            return isEnum() ? "int32" : isMessage() ? "message" : type.equals("float") ? "fixed32" : type;
        }

        int wireType() {
            return switch (wire()) {
                case "fixed64" -> 1;
                case "message", "string", "bytes" -> 2;
                case "fixed32" -> 5;
                default -> 0;
            };
        }

        int tag(int wireType) {
            return number << 3 | wireType;
        }

        /** Whether it is there, for messages and members of a oneof. */
        String present() {
            return oneof != null ? "kindCase == " + number : name() + " != null";
        }

        boolean hasPresence() {
            return !repeated && (oneof != null || isMessage());
        }
    }

    // Writing classes ----------------------------------------------------------------------------

    private String enumeration(String name) {
        StringBuilder out = new StringBuilder(javadoc()).append("public enum ").append(name)
                .append(" {\n");
        int largest = 0;
        for (String line = line(); !line.equals("}"); line = line()) {
            Matcher constant = matched(CONSTANT, line);
            out.append(javadoc()).append(constant.group(1)).append('(').append(constant.group(2)).append("),\n");
            largest = Math.max(largest, Integer.parseInt(constant.group(2)));
        }
        return out.append("""
                    /** A number that this schema does not know. */
                    UNRECOGNIZED(-1);

                    private static final NAME[] BY_NUMBER = new NAME[LARGEST + 1];

                    static {
                        for (NAME each : values()) {
                            if (each != UNRECOGNIZED) {
                                BY_NUMBER[each.number] = each;
                            }
                        }
                    }

                    private final int number;

                    NAME(int number) {
                        this.number = number;
                    }

                    public int getNumber() {
                        return number;
                    }

                    static NAME of(int number) {
                        NAME known = number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
                        return known == null ? UNRECOGNIZED : known;
                    }
                }
                """.replace("NAME", name).replace("LARGEST", String.valueOf(largest))).toString();
    }

    private static String indented(String text) {
        StringBuilder out = new StringBuilder();
        int depth = 0;
        for (String line : text.lines().map(String::strip).toList()) {
            int by = line.startsWith("}") ? depth - 1 : depth;
            out.append(line.isEmpty() ? "" : "    ".repeat(by)).append(line.startsWith("*") ? " " : "").append(line)
                    .append('\n');
            if (!line.startsWith("*") && !line.startsWith("/")) {
                depth += (int) line.chars().filter(c -> c == '{').count()
                        - (int) line.chars().filter(c -> c == '}').count();
            }
        }
        return out.toString();
    }

    private String message(String name) {
        String javadoc = javadoc();
        StringBuilder nested = new StringBuilder();
        StringBuilder documented = new StringBuilder();
        List<Field> fields = fields(nested, documented);
        boolean choice = fields.stream().anyMatch(field -> field.oneof != null);
        StringBuilder out = new StringBuilder(javadoc)
                .append("public final class NAME extends Message {\n\n")
                .append("private static final NAME NONE = new NAME();\n\n");
        // not final, since reading fills them in; nothing changes them once a message was given away
        for (Field field : fields) {
            out.append("private ").append(field.held()).append(' ').append(field.name()).append(" = ")
                    .append(field.absent()).append(";\n");
        }
        if (choice) {
            out.append("private int kindCase;\n");
        }
        out.append("\nNAME() {}\n\nprivate NAME(NAME from) {\n");
        for (Field field : fields) {
            String from = "from." + field.name();
            out.append(field.name()).append(" = ").append(
                    field.isPacked() ? from + ".copy()" : field.repeated ? "copy(" + from + ")" : from).append(";\n");
        }
        out.append(choice ? "kindCase = from.kindCase;\n}\n" : "}\n").append("""

                /**
                 * Reads one message.
                 *
                 * @throws WireException where the bytes are none
                 */
                public static NAME parseFrom(byte[] bytes) throws WireException {
                    NAME message = new NAME();
                    message.read(new WireReader(bytes));
                    return message;
                }

                public static NAME getDefaultInstance() {
                    return NONE;
                }

                public static Builder newBuilder() {
                    return new Builder(new NAME());
                }

                public Builder toBuilder() {
                    return new Builder(new NAME(this));
                }

                """);
        read(fields, out);
        write(fields, out);
        out.append(documented);
        builder(fields, out);
        return out.append(nested).append("}\n").toString().replace("NAME", name);
    }

    /** Reads a message's fields; what is nested and what callers see of the fields is written meanwhile. */
    private List<Field> fields(StringBuilder nested, StringBuilder documented) {
        List<Field> fields = new ArrayList<>();
        String oneof = null;
        for (String line = line(); oneof != null || !line.equals("}"); line = line()) {
            if (line.equals("}")) {
                oneof = null;
            } else if (line.startsWith("enum ")) {
                nested.append(enumeration(matched(OPEN, line).group(2)));
            } else if (line.startsWith("oneof ")) {
                oneof = matched(OPEN, line).group(2);
            } else {
                Matcher m = matched(FIELD, line);
                Field field = new Field(
                        m.group(1) != null, m.group(2), m.group(3), Integer.parseInt(m.group(4)), oneof);
                fields.add(field);
                documented.append("public static final int ").append(field.proto.toUpperCase())
                        .append("_FIELD_NUMBER = ").append(field.number).append(";\n\n").append(javadoc());
                getters(field, "", documented);
            }
        }
        if (fields.stream().anyMatch(field -> field.oneof != null)) {
            cases(fields, nested, documented);
        }
        return fields;
    }

    /** Which of a oneof is set. */
    private static void cases(List<Field> fields, StringBuilder nested, StringBuilder documented) {
        documented.append("public KindCase getKindCase() {\nreturn switch (kindCase) {\n");
        nested.append("/** Which of them is set. */\npublic enum KindCase {\n");
        for (Field field : fields) {
            documented.append("case ").append(field.number).append(" -> KindCase.")
                    .append(field.proto.toUpperCase()).append(";\n");
            nested.append(field.proto.toUpperCase()).append(", ");
        }
        documented.append("default -> KindCase.KIND_NOT_SET;\n};\n}\n\n");
        nested.append("KIND_NOT_SET\n}\n");
    }

    /** @param of prefix of the field, {@code ""} in the message and {@code built.} in its builder */
    private static void getters(Field field, String of, StringBuilder out) {
        String name = of + field.name();
        if (field.oneof != null) {
            String value = field.isMessage() ? field.type + ".getDefaultInstance()" : field.absent();
            method(out, field.java(), "get", field, "()",
                    "return " + of + field.present() + " ? " + name + " : " + value + ";");
            method(out, "boolean", "has", field, "()", "return " + of + field.present() + ";");
            return;
        }
        if (field.repeated) {
            method(out, field.java(), "get", field, "(int index)", "return " + field.give(name + ".get(index)") + ";");
            method(out, "int", "get", field, "Count()", "return " + name + ".size();");
            String list = !field.isPacked() ? "view(" + name + ")"
                    : name + (field.java().equals("int") ? ".asInts()" : ".asFloats()");
            method(out, "List<" + field.boxed() + ">", "get", field, "List()", "return " + list + ";");
            return;
        }
        if (field.isEnum()) {
            method(out, "int", "get", field, "Value()", "return " + name + ";");
            method(out, field.type, "get", field, "()", "return " + field.type + ".of(" + name + ");");
        } else if (field.isMessage()) {
            method(out, field.java(), "get", field, "()", "return " + name + " == null ? " + field.type
                    + ".getDefaultInstance() : " + name + ";");
            method(out, "boolean", "has", field, "()", "return " + of + field.present() + ";");
        } else {
            method(out, field.java(), "get", field, "()", "return " + name + ";");
        }
    }

    private static void method(
            StringBuilder out, String type, String verb, Field field, String parameters, String... statements) {
        out.append("public ").append(type).append(' ').append(verb).append(field.camel()).append(parameters)
                .append(" {\n");
        for (String statement : statements) {
            out.append(statement).append('\n');
        }
        out.append("}\n\n");
    }

    private static void read(List<Field> fields, StringBuilder out) {
        out.append("@Override\nvoid read(WireReader in) throws WireException {\n")
                .append("for (int tag = in.tag(); tag != 0; tag = in.tag()) {\nswitch (tag) {\n");
        for (Field field : fields) {
            String name = field.name();
            String one = "in." + field.wire() + "()";
            out.append("case ").append(field.tag(field.wireType())).append(" -> ");
            if (field.isPacked()) {
                out.append(name).append(" = ").append(name).append(".add(").append(one).append(");\n");
                out.append("case ").append(field.tag(2)).append(" -> ").append(name).append(" = in.")
                        .append(field.wire()).append("s(").append(name).append(");\n");
            } else if (field.repeated && field.isMessage()) {
                out.append(name).append(" = add(").append(name).append(", in.message(new ").append(field.type)
                        .append("()));\n");
            } else if (field.repeated) {
                out.append(name).append(" = add(").append(name).append(", ").append(one).append(");\n");
            } else {
                String value = field.isMessage() // one that comes in parts is one
                        ? "in.message(" + field.present() + " ? " + name + " : new " + field.type + "())"
                        : one;
                String set = name + " = " + value + ";\n";
                out.append(field.oneof == null ? set : "{\n" + set + "kindCase = " + field.number + ";\n}\n");
            }
        }
        out.append("default -> in.skip(tag);\n}\n}\n}\n\n");
    }

    private static void write(List<Field> fields, StringBuilder out) {
        out.append("@Override\nvoid write(WireWriter out) {\n");
        for (Field field : fields) {
            String name = field.name();
            if (field.isPacked()) {
                out.append("out.").append(field.wire()).append("s(").append(field.number).append(", ").append(name)
                        .append(");\n");
                continue;
            }
            String call = "out." + field.wire() + "(" + field.number + ", ";
            if (field.repeated) {
                out.append("for (").append(field.java()).append(" each : ").append(name).append(") {\n").append(call)
                        .append("each);\n}\n");
            } else {
                String present = field.hasPresence() ? field.present() : switch (field.held()) {
                    case "boolean" -> name;
                    case "String", "Bytes" -> "!" + name + ".isEmpty()";
                    default -> name + " != 0";
                };
                out.append("if (").append(present).append(") {\n").append(call).append(name).append(");\n}\n");
            }
        }
        out.append("}\n\n");
    }

    private static void builder(List<Field> fields, StringBuilder out) {
        out.append("""
                /** Makes messages; for one thread. */
                public static final class Builder implements Message.Builder<NAME> {

                    private final NAME built;

                    private Builder(NAME built) {
                        this.built = built;
                    }

                    @Override
                    public NAME build() {
                        return new NAME(built);
                    }

                    @Override
                    public Builder clone() {
                        return build().toBuilder();
                    }

                """);
        for (Field field : fields) {
            getters(field, "built.", out);
            setters(field, out);
        }
        out.append("}\n");
    }

    private static void setters(Field field, StringBuilder out) {
        String name = "built." + field.name();
        String done = "return this;";
        String set = field.oneof == null ? "" : "built.kindCase = " + field.number + ";\n";
        String java = field.java();
        if (field.oneof == null) {
            method(out, "Builder", "clear", field, "()", name + " = " + field.absent() + ";", done);
        }
        if (field.repeated) {
            String longer = field.isPacked() ? name + ".add(" + field.hold("value") + ")" : "add(" + name + ", value)";
            String add = name + " = " + longer + ";";
            method(out, "Builder", "add", field, "(" + java + " value)", add, done);
            method(out, "Builder", "set", field, "(int index, " + java + " value)",
                    name + ".set(index, " + field.hold("value") + ");", done);
            method(out, "Builder", "addAll", field, "(Iterable<? extends " + field.boxed() + "> values)",
                    "for (" + java + " value : values) {", add, "}", done);
        } else if (field.isEnum()) {
            method(out, "Builder", "set", field, "Value(int value)", name + " = value;", done);
            method(out, "Builder", "set", field, "(" + java + " value)", name + " = value.getNumber();", done);
        } else {
            String required = field.held().matches("int|long|boolean|float") ? "value"
                    : "Objects.requireNonNull(value)";
            method(out, "Builder", "set", field, "(" + java + " value)", name + " = " + required + ";", set + done);
        }
        if (field.isMessage()) {
            String by = "(" + (field.repeated ? "%s" : "") + java + ".Builder value)";
            if (field.repeated) {
                method(out, "Builder", "add", field, by.formatted(""),
                        "return add" + field.camel() + "(value.build());");
                method(out, "Builder", "set", field, by.formatted("int index, "),
                        "return set" + field.camel() + "(index, value.build());");
            } else {
                method(out, "Builder", "set", field, by, "return set" + field.camel() + "(value.build());");
            }
        }
    }
}
