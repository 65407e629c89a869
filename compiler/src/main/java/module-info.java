/** Turns models of other formats into Lanewise files; the command line. */
module dev.lanewise.compiler {
    requires transitive dev.lanewise.formats;
    requires transitive dev.lanewise.runtime;
    requires com.fasterxml.jackson.core;
    requires com.google.protobuf;
    requires info.picocli;
    requires java.logging;
    requires java.management;
    requires static jdk.jfr;
    requires jdk.management;

    exports dev.lanewise.compiler;
    exports dev.lanewise.compiler.aot;
    exports dev.lanewise.compiler.data;
    exports dev.lanewise.compiler.diff;
    exports dev.lanewise.compiler.export;
    exports dev.lanewise.compiler.graph;
    exports dev.lanewise.compiler.inspect;
    exports dev.lanewise.compiler.network;
    exports dev.lanewise.compiler.op;
    exports dev.lanewise.compiler.train;

    uses dev.lanewise.compiler.diff.Peer;
    uses dev.lanewise.runtime.kernel.KernelProvider;

    opens dev.lanewise.compiler.cli to
            info.picocli;
}
