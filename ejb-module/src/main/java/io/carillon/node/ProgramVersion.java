package io.carillon.node;

/** Which version of the program this is. */
public final class ProgramVersion {
  private static final String UNKNOWN = "development";

  private ProgramVersion() {}

  /** As the jar's manifest has it; {@value #UNKNOWN} for classes that are in no jar. */
  public static String text() {
    String version = ProgramVersion.class.getPackage().getImplementationVersion();
    return version == null ? UNKNOWN : version;
  }
}
