/** The bytes that Lanewise itself reads and writes. */
module dev.lanewise.formats {
    requires transitive com.google.protobuf;

    exports dev.lanewise.formats;
    exports dev.lanewise.formats.proto;
}
