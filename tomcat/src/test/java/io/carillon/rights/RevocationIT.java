package io.carillon.rights;

/** Straight on Tomcat's sockets, as the runnable jar does it. */
class RevocationIT extends RevocationContract {
  @Override
  String engine() {
    return "direct";
  }

  @Override
  String streams() {
    return "direct";
  }
}
