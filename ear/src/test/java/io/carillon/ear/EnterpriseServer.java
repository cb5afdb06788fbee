package io.carillon.ear;

import io.carillon.servers.ServerUnderTest;
import java.io.IOException;
import java.nio.file.Path;

/** A server for EARs and for enterprise beans. One thread at a time. */
interface EnterpriseServer extends ServerUnderTest {
  /** Gives it the EAR that the next {@link #redeploy} deploys. */
  void replace(Path ear) throws IOException;

  /**
   * Deploys an application beside Carillon's, at the path of its name; its answer may come a while
   * later.
   */
  void deploy(Path war, String name) throws IOException;

  /**
   * Lets somebody log in at the server, after the next {@link #redeploy} at the latest.
   *
   * @param name also the password
   */
  void addUser(String name, String role) throws IOException;
}
