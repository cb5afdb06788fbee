package io.carillon.tomcat;

import java.util.concurrent.ThreadFactory;

/**
 * Makes threads that keep no process alive, and see the classes that the thread sees which makes
 * this factory.
 */
final class DaemonThreads implements ThreadFactory {
  private final ClassLoader loader = Thread.currentThread().getContextClassLoader();

  @Override
  public Thread newThread(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    thread.setContextClassLoader(loader);
    return thread;
  }
}
