/** Loads compiled models and runs them. */
module dev.lanewise.runtime {
    requires transitive dev.lanewise.formats;
    requires java.logging;
}
