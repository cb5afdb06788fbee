package io.carillon.rights;

/** Through what the container implements, as on other servers. */
class JakartaRevocationIT extends RevocationContract {
  @Override
  String engine() {
    return "jakarta";
  }

  @Override
  String streams() {
    return "servlet";
  }
}
