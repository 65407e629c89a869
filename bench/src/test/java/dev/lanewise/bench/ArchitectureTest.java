package dev.lanewise.bench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The rules that hold between modules, read from the class files of all of them.
 *
 * <p>Every rule is also shown to catch an offender: {@link Offender}, below, breaks all that speak of
 * packages.
 */
class ArchitectureTest {

    /** Bytes of a method beyond which C2 inlines no hot call of it. */
    private static final int FREQ_INLINE_SIZE = 325;

    private static final Path ROOT = Path.of(System.getProperty("lanewise.root"));

    private static final List<String> MODULES =
            List.of(
                    "formats",
                    "runtime/core",
                    "runtime/vector",
                    "runtime/vector25",
                    "runtime/testing",
                    "compiler",
                    "samples",
                    "bench");

    /** What each module may use of the others. Nothing points back. */
    private static final Map<String, Set<String>> MAY_USE =
            Map.of(
                    "formats", Set.of(),
                    "runtime/core", Set.of("formats"),
                    "runtime/vector", Set.of("formats", "runtime/core"),
                    "runtime/vector25", Set.of("formats", "runtime/core", "runtime/vector"),
                    "runtime/testing", Set.of("formats", "runtime/core"),
                    "compiler", Set.of("formats", "runtime/core"),
                    "samples", Set.of("formats", "runtime/core", "runtime/vector", "compiler"));

    private static final ArchRule NO_VECTOR_API =
            noClasses().should().dependOnClassesThat().resideInAPackage("jdk.incubator..");

    private static final ArchRule NO_NATIVE_MEMORY =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("java.lang.foreign..", "jdk.internal..", "sun.misc..");

    private static final ArchRule NO_SYSTEM_LOGGER =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .haveNameMatching("java\\.lang\\.System\\$Logger.*");

    /** Methods of vectors that move, make, compare or convert: they look up no operator. */
    private static final Set<String> NO_OPERATORS = Set.of(
            "blend", "broadcast", "compare", "convert", "convertShape", "fromArray", "intoArray", "lane", "length",
            "rearrange", "reinterpretAsFloats", "reinterpretAsInts", "reinterpretAsShorts", "species", "zero");

    private static final Map<String, JavaClasses> CLASSES = importModules();

    @TestFactory
    Stream<DynamicTest> modulesUseOnlyWhatLiesBelowThem() {
        return MAY_USE.keySet().stream()
                .sorted()
                .map(
                        module ->
                                DynamicTest.dynamicTest(
                                        module,
                                        () -> {
                                            Set<String> others = new TreeSet<>(CLASSES.keySet());
                                            others.remove(module);
                                            others.removeAll(MAY_USE.get(module));
                                            assertEquals(
                                                    List.of(),
                                                    uses(CLASSES.get(module), others),
                                                    module + " uses what it must not");
                                        }));
    }

    @TestFactory
    Stream<DynamicTest> vectorApiIsUsedByTheVectorModulesAlone() {
        return MODULES.stream()
                .filter(module -> !module.startsWith("runtime/vector"))
                .map(module -> check(module, NO_VECTOR_API));
    }

    @TestFactory
    Stream<DynamicTest> whatAndroidLacksIsNotUsed() {
        return Stream.of("formats", "runtime/core")
                .flatMap(
                        module ->
                                Stream.of(
                                        check(module, NO_NATIVE_MEMORY),
                                        check(module, NO_SYSTEM_LOGGER)));
    }

    /** On Java 17 the first use of an operator in a kernel would make other kernels box. */
    @Test
    void operatorsOfKernelsAreUsedBeforeThem() {
        JavaClasses kernels = CLASSES.get("runtime/vector");
        JavaClass operators = kernels.get("dev.lanewise.vector.Operators");
        Set<String> used = new TreeSet<>();
        kernels.stream().filter(kernel -> kernel != operators).forEach(kernel -> used.addAll(operators(kernel)));
        assertEquals(used, operators(operators));
        assertEquals(Set.of("FloatVector.pow"), operators(
                new ClassFileImporter().importClasses(Offender.class).get(Offender.class)));
    }

    /** Inlined behind the products of a cell, a part of their text would be left out on Java 17, and box. */
    @Test
    void cellsDoNotInlineActivations() throws IOException {
        JavaClass activations = CLASSES.get("runtime/vector").get("dev.lanewise.vector.VectorSigmoid");
        Map<String, Integer> lengths = new TreeMap<>();
        ClassFile.of().parse(Path.of(activations.getSource().orElseThrow().getUri())).methods().stream()
                .filter(method -> !method.flags().has(AccessFlag.PRIVATE))
                .forEach(method -> lengths.put(
                        method.methodName().stringValue(),
                        method.findAttribute(Attributes.code()).orElseThrow().codeLength()));
        assertEquals(Set.of("sigmoid", "swish", "tanh", "scaledTanh", "geluTanh"), lengths.keySet());
        lengths.forEach((name, length) -> assertTrue(length > FREQ_INLINE_SIZE, name + " has " + length + " bytes"));
    }

    /** Those that a class uses by name, {@code IntVector.add}, and those it hands over, {@code LSHL}. */
    private static Set<String> operators(JavaClass user) {
        Set<String> found = new TreeSet<>();
        for (JavaMethodCall call : user.getMethodCallsFromSelf()) {
            String type = call.getTargetOwner().getSimpleName();
            if (type.endsWith("Vector") && !NO_OPERATORS.contains(call.getName())) {
                found.add(type + "." + call.getName());
            }
        }
        for (JavaFieldAccess access : user.getFieldAccessesFromSelf()) {
            String kind = access.getTarget().getRawType().getSimpleName();
            if (access.getTargetOwner().isEquivalentTo(VectorOperators.class)
                    && !kind.equals("Comparison") && !kind.equals("Conversion")) {
                found.add(access.getName());
            }
        }
        return found;
    }

    @Test
    void everyRuleCatchesAnOffender() {
        JavaClasses offender = new ClassFileImporter().importClasses(Offender.class);
        for (ArchRule rule : List.of(NO_VECTOR_API, NO_NATIVE_MEMORY, NO_SYSTEM_LOGGER)) {
            assertTrue(rule.evaluate(offender).hasViolation(), rule.getDescription());
        }
        // Allowed here, where everything may be used; elsewhere it would be reported.
        assertFalse(
                uses(offender, Set.of("runtime/core")).isEmpty(),
                "a use of another module is seen");
    }

    private static DynamicTest check(String module, ArchRule rule) {
        return DynamicTest.dynamicTest(
                module + ": " + rule.getDescription(),
                () -> rule.allowEmptyShould(true).check(CLASSES.get(module)));
    }

    /** Every dependency of {@code from} on a class that was compiled in one of {@code modules}. */
    private static List<String> uses(JavaClasses from, Set<String> modules) {
        List<String> found = new ArrayList<>();
        for (var origin : from) {
            for (var dependency : origin.getDirectDependenciesFromSelf()) {
                String target = dependency.getTargetClass().getBaseComponentType().getFullName();
                modules.stream()
                        .filter(module -> CLASSES.get(module).contain(target))
                        .forEach(module -> found.add(module + ": " + dependency.getDescription()));
            }
        }
        return found;
    }

    private static Map<String, JavaClasses> importModules() {
        Map<String, JavaClasses> classes = new HashMap<>();
        for (String module : MODULES) {
            Path folder = ROOT.resolve(module).resolve("target/classes");
            assertTrue(Files.isDirectory(folder), () -> folder + " has not been built");
            classes.put(module, new ClassFileImporter().importPaths(folder));
        }
        return classes;
    }

    /** Breaks every rule, so that the rules are known to work. */
    @SuppressWarnings("unused")
    private static final class Offender {
        FloatVector vector = FloatVector.zero(FloatVector.SPECIES_128).pow(2f);
        java.lang.foreign.MemorySegment segment;
        System.Logger logger;
        dev.lanewise.runtime.kernel.KernelProvider provider;
    }
}
