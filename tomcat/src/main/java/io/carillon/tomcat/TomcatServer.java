package io.carillon.tomcat;

import io.carillon.application.NodeLifecycle;
import io.carillon.config.InvalidSettingsException;
import io.carillon.config.Settings;
import io.carillon.config.SettingsLoader;
import io.carillon.node.NodeWorkers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.catalina.Context;
import org.apache.catalina.Lifecycle;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.startup.Tomcat;

/**
 * Carillon on embedded Tomcat. One object is one running server; several may run in one process,
 * each with its own settings, database and beans. Starting and closing are for one thread each.
 */
public final class TomcatServer implements AutoCloseable {
  private static final Logger LOG = System.getLogger(TomcatServer.class.getName());

  private static final String STOP_WITH_PARENT = "--stop-with-parent";

  private final Deque<AutoCloseable> parts =
      new ArrayDeque<>(); // the last made is the first closed
  private final Connector connector;
  private final ClassLoader loader;

  private TomcatServer(Settings settings, Consumer<Context> more)
      throws LifecycleException, IOException {
    try {
      Transactions.configure();
      Storage storage = add(Storage.open(settings.database(), true));
      Path folder = add(WorkFolder.make()).path();
      Tomcat tomcat = tomcat(folder);
      add((AutoCloseable) tomcat::destroy);
      Context context = WebApplication.make(tomcat, Files.createDirectory(folder.resolve("web")));
      if (settings.http().isWebSocketDirect()) {
        context.addServletContainerInitializer(
            new DirectWebSockets(settings.socketIo().path()), Set.of());
      }
      context.getPipeline().addValve(new CutValve());
      if (settings.http().areStreamsDirect()) {
        context.addServletContainerInitializer(new DirectStreams(), Set.of());
      }
      more.accept(context);
      NodeWorkers workers = new NodeWorkers(settings.database().poolSize(), new DaemonThreads());
      context.addLifecycleListener(
          event -> {
            // After the beans are gone, and before the loader is.
            if (event.getType().equals(Lifecycle.CONFIGURE_STOP_EVENT)) {
              CurrentCdi.forget(context.getLoader().getClassLoader());
            }
          });
      add((AutoCloseable) tomcat::stop);
      add(workers); // closed before the beans go, which its threads call
      ServerBeans.handOver(new ServerBeans.Parts(settings, storage, workers), tomcat::start);
      storage.entityManagerFactory(); // tells what is wrong with the database, if anything is
      if (context.getState() != LifecycleState.STARTED) {
        throw new LifecycleException("the application did not start; the log tells why");
      }
      // Only now, so that nobody is let in before everything is ready.
      connector = HttpConnector.make(settings);
      tomcat.setConnector(connector);
      if (connector.getState() != LifecycleState.STARTED) {
        throw new LifecycleException(
            "cannot listen on "
                + settings.http().host()
                + " port "
                + settings.http().port()
                + ": CARILLON_HTTP_PORT sets another port, CARILLON_HTTP_HOST another address");
      }
      workers.countRequestsBy(() -> HttpConnector.waitingRequests(connector));
      loader = context.getLoader().getClassLoader();
      NodeLifecycle node = CurrentCdi.bean(loader, NodeLifecycle.class);
      add((AutoCloseable) node::stop);
      // From here on nobody new is let in: a proxy in front is refused at once, and asks another
      // node. A paused connector would let it wait.
      add((AutoCloseable) connector.getProtocolHandler()::closeServerSocketGraceful);
      // With the listener still open: a load balancer must be able to read that it is draining.
      add((AutoCloseable) node::drain);
    } catch (LifecycleException | IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Starts a server and returns when it takes connections.
   *
   * @param settings port 0 takes any free one
   * @throws IllegalStateException if it cannot start; nothing is left running then
   */
  public static TomcatServer start(Settings settings) {
    return start(settings, context -> {});
  }

  /**
   * {@link #start(Settings)} with an application that has something besides.
   *
   * @param more is given the application before it starts
   */
  static TomcatServer start(Settings settings, Consumer<Context> more) {
    try {
      return new TomcatServer(settings, more);
    } catch (LifecycleException e) {
      Throwable root = rootOf(e);
      throw new IllegalStateException(root.getMessage(), root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The port that it listens on. */
  public int port() {
    return connector.getLocalPort();
  }

  /** The application's: threads that work for it have this as their context class loader. */
  ClassLoader loader() {
    return loader;
  }

  /**
   * Asks connections to leave and waits for that as long as the drain time says, then stops the
   * application and closes the database.
   */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) { // what is left must be closed all the same
        LOG.log(Level.WARNING, "Failure while stopping", e);
      }
    }
  }

  /** What went wrong, without Tomcat's containers that each say that a child of theirs failed. */
  private static Throwable rootOf(LifecycleException failure) {
    Throwable root = failure;
    while (root.getCause() != null
        && (root instanceof LifecycleException || root instanceof ExecutionException)) {
      root = root.getCause();
    }
    return root;
  }

  private <T extends AutoCloseable> T add(T part) {
    parts.push(part);
    return part;
  }

  private static Tomcat tomcat(Path folder) {
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(folder.toString());
    tomcat.setHostname("localhost");
    StandardHost host = (StandardHost) tomcat.getHost();
    host.setErrorReportValveClass(ProblemReportValve.class.getName());
    host.setAutoDeploy(false);
    host.setDeployOnStartup(false);
    tomcat.getEngine().setBackgroundProcessorDelay(10);
    return tomcat;
  }

  /**
   * Starts the server with the process's settings, until the process is asked to stop.
   *
   * @param arguments {@value #STOP_WITH_PARENT} stops it as well when the process that started this
   *     one has ended; a build tool that is killed does not take its children with it
   */
  public static void main(String[] arguments) {
    long startedNanos = System.nanoTime();
    SettingsLoader.Loaded loaded;
    TomcatServer server;
    try {
      loaded = SettingsLoader.load(Map.of("CARILLON_DEMO", "true"));
      loaded.tell(LOG);
      server = start(loaded.settings());
    } catch (InvalidSettingsException e) {
      Console.refuse(e.faults());
      return;
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "Carillon does not start", e);
      Console.fail(e.getMessage());
      return;
    }
    Console.welcome(loaded.settings(), server.port(), System.nanoTime() - startedNanos);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  LOG.log(Level.INFO, "Carillon stops");
                  server.close();
                  LOG.log(Level.INFO, "Carillon has stopped");
                },
                "carillon-stop"));
    if (Arrays.asList(arguments).contains(STOP_WITH_PARENT)) {
      ProcessHandle.current()
          .parent()
          .ifPresent(parent -> parent.onExit().thenRun(() -> System.exit(0)));
    }
  }
}
