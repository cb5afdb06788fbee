package io.carillon.servers;

import java.nio.file.Path;

/** The runnable jar. */
@Server("jar")
class RunnableJarServerIT extends ServerContract {
  @Override
  protected ServerUnderTest server(Path folder) {
    return new RunnableJar(folder);
  }
}
