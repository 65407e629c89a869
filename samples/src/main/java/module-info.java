/** Small programs to copy from. */
module dev.lanewise.samples {
    requires dev.lanewise.compiler;
    requires dev.lanewise.runtime;
    requires dev.lanewise.vector;
    requires info.picocli;
    requires java.desktop;

    opens dev.lanewise.samples.cli to
            info.picocli;
}
