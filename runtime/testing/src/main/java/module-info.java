/** Assertions for users' own tests. */
module dev.lanewise.testing {
    requires transitive dev.lanewise.runtime;
}
