package io.carillon.tomcat;

import jakarta.servlet.http.WebConnection;
import org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SSLSupport;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/** What Tomcat wants to make itself when a connection is taken over from it. */
public final class DirectUpgrade implements InternalHttpUpgradeHandler {
  private DirectConnection connection; // set before the request's thread is done

  /** For Tomcat. */
  public DirectUpgrade() {}

  void prepare(DirectConnection newConnection) {
    connection = newConnection;
  }

  @Override
  public void setSocketWrapper(SocketWrapperBase<?> wrapper) {
    connection.attach(wrapper);
  }

  @Override
  public void init(WebConnection ignored) {
    connection.begin();
  }

  @Override
  public SocketState upgradeDispatch(SocketEvent event) {
    return connection.dispatch(event);
  }

  @Override
  public void destroy() {
    connection.end();
  }

  @Override
  public void timeoutAsync(long nowMillis) {
    // time-outs are the heartbeat's and the write deadline's
  }

  @Override
  public void setSslSupport(SSLSupport sslSupport) {
    // TLS connections are not carried here
  }

  @Override
  public void pause() {
    // the node asks connections to leave before it stops
  }
}
