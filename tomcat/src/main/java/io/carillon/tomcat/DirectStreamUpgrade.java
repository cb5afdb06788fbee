package io.carillon.tomcat;

import jakarta.servlet.http.WebConnection;
import org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SSLSupport;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/** What Tomcat wants to make itself when a connection is taken over from it. */
public final class DirectStreamUpgrade implements InternalHttpUpgradeHandler {
  private DirectStream stream; // set before the request's thread is done

  /** For Tomcat. */
  public DirectStreamUpgrade() {}

  void prepare(DirectStream newStream) {
    stream = newStream;
  }

  @Override
  public void setSocketWrapper(SocketWrapperBase<?> wrapper) {
    stream.attach(wrapper);
  }

  @Override
  public void init(WebConnection ignored) {
    stream.open();
  }

  @Override
  public SocketState upgradeDispatch(SocketEvent event) {
    return stream.dispatch(event);
  }

  @Override
  public void destroy() {
    stream.end();
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
