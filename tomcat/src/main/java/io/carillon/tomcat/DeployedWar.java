package io.carillon.tomcat;

import io.carillon.application.NodeLifecycle;
import io.carillon.config.InvalidSettingsException;
import io.carillon.config.Settings;
import io.carillon.config.SettingsLoader;
import io.carillon.node.NodeWorkers;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.Engine;
import org.apache.catalina.Globals;
import org.apache.catalina.Lifecycle;
import org.apache.catalina.LifecycleEvent;
import org.apache.catalina.LifecycleListener;
import org.apache.catalina.Valve;
import org.apache.catalina.WebResourceRoot;

/**
 * The application as {@code carillon-tomcat.war} on a stock Tomcat: makes what {@link TomcatServer}
 * makes for the runnable jar, before Weld starts, and takes it down again when Tomcat stops or
 * undeploys the application. Tomcat makes one for each start, and calls it on the thread that
 * starts or stops the application.
 */
public final class DeployedWar implements ServletContainerInitializer, LifecycleListener {
  private static final Logger LOG = System.getLogger(DeployedWar.class.getName());

  private static final String PREFIX = "CARILLON_";

  private final Deque<AutoCloseable> parts = new ArrayDeque<>(); // closed after the beans
  private final List<Valve> valves = new ArrayList<>();
  private Context context;
  private NodeWorkers workers;

  /** For Tomcat. */
  public DeployedWar() {}

  @Override
  public void onStartup(Set<Class<?>> classes, ServletContext application) throws ServletException {
    context = contextOf(application);
    context.addLifecycleListener(this); // from here on a failure ends with a stop, too
    parts.push(() -> context.removeLifecycleListener(this));
    Settings settings = settings(application);
    parts.push(new Leftovers());
    Transactions.configure();
    parts.push(Transactions::end);
    TransactionNames.bind(context);
    Storage storage = Storage.open(settings.database(), false);
    parts.push(storage);
    workers = new NodeWorkers(settings.database().poolSize(), new DaemonThreads());
    workers.countRequestsBy(this::waitingRequests);
    parts.push(() -> ServerBeans.keep(null));
    ServerBeans.keep(new ServerBeans.Parts(settings, storage, workers));
    add(new CutValve());
    add(new ProblemReportValve());
  }

  @Override
  public void lifecycleEvent(LifecycleEvent event) {
    switch (event.getType()) {
      // Requests are still mapped to the application, and its sockets are open.
      case Lifecycle.BEFORE_STOP_EVENT -> stopNode();
      // After the beans are gone, and before the loader is.
      case Lifecycle.CONFIGURE_STOP_EVENT -> closeParts();
      default -> {
        // the application's own listener starts the node
      }
    }
  }

  private void stopNode() {
    ClassLoader loader = context.getLoader().getClassLoader();
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      if (context.getState().isAvailable()) { // otherwise it has not started
        NodeLifecycle node = CurrentCdi.bean(loader, NodeLifecycle.class);
        // Requests are still answered: a load balancer must be able to read that it is draining.
        node.drain();
        node.stop();
      }
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "Failure while stopping", e); // and Tomcat stops it all the same
    } finally {
      if (workers != null) {
        workers.close(); // before the beans go, which its threads call
      }
      thread.setContextClassLoader(before);
    }
  }

  private void closeParts() {
    CurrentCdi.forget(context.getLoader().getClassLoader());
    valves.forEach(context.getPipeline()::removeValve);
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) { // what is left must be closed all the same
        LOG.log(Level.WARNING, "Failure while stopping", e);
      }
    }
  }

  private void add(Valve valve) {
    context.getPipeline().addValve(valve);
    valves.add(valve);
  }

  private int waitingRequests() {
    int waiting = 0;
    if (context.getParent().getParent() instanceof Engine engine) {
      for (var connector : engine.getService().findConnectors()) {
        waiting += HttpConnector.waitingRequests(connector);
      }
    }
    return waiting;
  }

  /** Tomcat's own object for the application. */
  private static Context contextOf(ServletContext application) throws ServletException {
    if (application.getAttribute(Globals.RESOURCES_ATTR) instanceof WebResourceRoot resources) {
      return resources.getContext();
    }
    throw new ServletException(
        "carillon-tomcat.war is for Apache Tomcat, and this is " + application.getServerInfo());
  }

  /**
   * The settings: as for the runnable jar, and the context's parameters over the file, which is in
   * Tomcat's {@code conf} folder.
   */
  private static Settings settings(ServletContext application) throws ServletException {
    Path base = Path.of(System.getProperty(Globals.CATALINA_BASE_PROP, ""));
    Map<String, String> parameters = new HashMap<>();
    for (String name : Collections.list(application.getInitParameterNames())) {
      if (name.startsWith(PREFIX)) {
        parameters.put(name, application.getInitParameter(name));
      }
    }
    try {
      SettingsLoader.Loaded loaded =
          SettingsLoader.load(
              System.getenv(),
              System.getProperties(),
              parameters,
              base.resolve("conf"),
              Map.of("CARILLON_DATA_FOLDER", base.resolve("data").toString()));
      loaded.tell(LOG);
      return loaded.settings();
    } catch (InvalidSettingsException e) {
      e.faults().forEach(fault -> LOG.log(Level.ERROR, fault));
      throw new ServletException(
          "Carillon does not start with these settings: " + String.join("; ", e.faults()));
    }
  }
}
