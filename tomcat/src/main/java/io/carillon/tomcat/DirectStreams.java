package io.carillon.tomcat;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import java.util.EnumSet;
import java.util.Set;

/**
 * Puts the direct way for event streams into the application, behind the filters that annotations
 * have brought, authentication among them.
 */
final class DirectStreams implements ServletContainerInitializer {

  @Override
  public void onStartup(Set<Class<?>> classes, ServletContext context) {
    FilterRegistration.Dynamic filter =
        context.addFilter("direct-stream", new DirectStreamFilter());
    filter.setAsyncSupported(true); // what passes through it may be suspended
    filter.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/api/*");
  }
}
