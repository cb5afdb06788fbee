package io.carillon.servers;

import java.nio.file.Path;

/** The runnable jar on a newer JDK than it is built with. */
@Server("jar")
class RunnableJarJdk25IT extends ClientsContract {
  @Override
  protected ServerUnderTest server(Path folder) {
    return new RunnableJar(folder, Jdk.newer(), "runnable jar, JDK 25");
  }
}
