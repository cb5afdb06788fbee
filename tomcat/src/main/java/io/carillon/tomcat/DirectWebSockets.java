package io.carillon.tomcat;

import io.carillon.gateway.chat.ChatSessions;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import java.util.EnumSet;
import java.util.Set;

/**
 * Puts the direct way for WebSockets into the application: behind the filters that annotations have
 * brought, authentication among them, and before that of Tomcat's WebSocket container, which its
 * own initializer brings later.
 */
final class DirectWebSockets implements ServletContainerInitializer {
  private final String socketIoPath;

  DirectWebSockets(String socketIoPath) {
    this.socketIoPath = socketIoPath;
  }

  @Override
  public void onStartup(Set<Class<?>> classes, ServletContext context) {
    FilterRegistration.Dynamic filter =
        context.addFilter("direct-websocket", new DirectWebSocketFilter());
    filter.setAsyncSupported(true); // the streams behind it would not start else
    filter.addMappingForUrlPatterns(
        EnumSet.of(DispatcherType.REQUEST), true, ChatSessions.PATH, socketIoPath + "/*");
  }
}
