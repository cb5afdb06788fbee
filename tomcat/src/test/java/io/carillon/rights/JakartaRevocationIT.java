package io.carillon.rights;

/** Through the container's own implementation, as on other servers. */
class JakartaRevocationIT extends RevocationContract {
  @Override
  String engine() {
    return "jakarta";
  }
}
