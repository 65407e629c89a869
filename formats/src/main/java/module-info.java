/** The bytes that Lanewise itself reads and writes. */
module dev.lanewise.formats {
    exports dev.lanewise.formats;
    exports dev.lanewise.formats.proto;
}
