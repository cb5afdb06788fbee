package io.carillon.tomcat;

import io.carillon.gateway.CdiConfigurator;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.UUID;
import org.apache.catalina.Context;
import org.apache.catalina.WebResourceRoot;
import org.apache.catalina.WebResourceSet;
import org.apache.catalina.Wrapper;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.servlets.DefaultServlet;
import org.apache.catalina.session.StandardManager;
import org.apache.catalina.startup.ContextConfig;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.webresources.DirResourceSet;
import org.apache.catalina.webresources.JarResourceSet;
import org.apache.catalina.webresources.StandardRoot;
import org.apache.tomcat.util.scan.StandardJarScanner;

/**
 * The web module as a web application: its classes, from a jar or a folder, stand where a WAR would
 * have them, so that Tomcat finds resources, endpoints, filters and listeners by their annotations.
 */
final class WebApplication {
  private static final String STATIC_FILES = "/META-INF/resources";

  private WebApplication() {}

  /** Makes the application at the root path, not started. */
  static Context make(Tomcat tomcat, Path emptyFolder) {
    StandardContext context = new StandardContext();
    context.setName("");
    context.setPath("");
    context.setDocBase(emptyFolder.toString());
    ContextConfig config = new ContextConfig();
    config.setDefaultWebXml(tomcat.noDefaultWebXmlPath());
    context.addLifecycleListener(config);
    context.setParentClassLoader(WebApplication.class.getClassLoader());
    // The classes are on the class path already, and must not be loaded a second time.
    context.setDelegate(true);
    guardAgainstNoLeaks(context);
    context.setResources(resources(context));
    context.setFailCtxIfServletStartFails(true);
    context.setLogEffectiveWebXml(false);
    scanNothingElse(context);
    keepNoSessions(context);
    serveFiles(context);
    // Otherwise two servers in one process would share a registry of beans.
    context.addParameter("WELD_CONTEXT_ID_KEY", UUID.randomUUID().toString());
    tomcat.getHost().addChild(context);
    return context;
  }

  private static WebResourceRoot resources(StandardContext context) {
    StandardRoot root = new StandardRoot(context);
    String classes = classesOf(CdiConfigurator.class).toString();
    // The classes alone: the beans.xml beside them would be a second archive of the same beans.
    root.addPreResources(resourceSet(root, "/WEB-INF/classes/io", classes, "/io"));
    root.addPostResources(resourceSet(root, "/", classes, STATIC_FILES));
    return root;
  }

  private static WebResourceSet resourceSet(
      StandardRoot root, String mount, String base, String internalPath) {
    return new File(base).isDirectory()
        ? new DirResourceSet(root, mount, base, internalPath)
        : new JarResourceSet(root, mount, base, internalPath);
  }

  private static Path classesOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e); // class loaders name files by valid addresses
    }
  }

  /** Libraries have no part in the web application but their initializers. */
  private static void scanNothingElse(StandardContext context) {
    StandardJarScanner scanner = new StandardJarScanner();
    scanner.setScanClassPath(false);
    scanner.setScanManifest(false);
    scanner.setScanBootstrapClassPath(false);
    context.setJarScanner(scanner);
  }

  /** Its loader loads nothing, so it holds nothing; looking for leaks needs the JDK opened up. */
  private static void guardAgainstNoLeaks(StandardContext context) {
    context.setClearReferencesObjectStreamClassCaches(false);
    context.setClearReferencesRmiTargets(false);
    context.setClearReferencesThreadLocals(false);
  }

  private static void keepNoSessions(StandardContext context) {
    StandardManager sessions = new StandardManager();
    sessions.setPathname(null); // not even over a restart
    context.setManager(sessions);
  }

  /** At the root path: the WebSocket filter runs only where some servlet is mapped, too. */
  private static void serveFiles(StandardContext context) {
    Wrapper files = Tomcat.addServlet(context, "default", new DefaultServlet());
    files.addInitParameter("listings", "false");
    files.addInitParameter("showServerInfo", "false");
    files.addInitParameter("precompressed", "true"); // the .gz beside a file, which the build made
    files.setLoadOnStartup(1);
    files.setOverridable(true);
    context.addServletMappingDecoded("/", "default");
    context.addWelcomeFile("index.html");
    Tomcat.addDefaultMimeTypeMappings(context);
  }
}
