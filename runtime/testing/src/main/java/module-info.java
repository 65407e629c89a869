/** Assertions for users' own tests. */
module dev.lanewise.testing {
    requires transitive dev.lanewise.runtime;
    requires java.management;
    requires jdk.management;

    exports dev.lanewise.testing;
}
