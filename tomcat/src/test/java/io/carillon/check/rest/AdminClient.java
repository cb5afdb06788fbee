package io.carillon.check.rest;

import io.carillon.check.wire.JsonText;
import java.util.List;
import java.util.Map;

/**
 * Somebody who uses the administration's routes. What the API answers is held to its document.
 *
 * @param contract is the judge
 */
record AdminClient(Api api, Contract contract) {
  /** An answer. */
  record Reply(Answer answer) {
    int status() {
      return answer.status();
    }

    String body() {
      return answer.text();
    }

    String header(String name) {
      return answer.header(name);
    }

    Map<String, Object> json() {
      return JsonText.object(body());
    }

    Object get(String member) {
      return json().get(member);
    }

    @SuppressWarnings("unchecked")
    List<Map<String, Object>> items() {
      return (List<Map<String, Object>>) get("items");
    }

    String code() {
      return status() < 300 ? Integer.toString(status()) : status() + " " + get("code");
    }

    Reply ok() {
      if (status() >= 300) {
        throw new AssertionError(answer);
      }
      return this;
    }
  }

  Reply get(String path) {
    return held(api.get(path));
  }

  /**
   * @param body null for none
   */
  Reply send(String method, String path, Map<String, Object> body) {
    return held(
        body == null ? api.send(method, path) : api.send(method, path, JsonText.write(body)));
  }

  private Reply held(Answer answer) {
    return new Reply(answer.path().startsWith("/api/") ? contract.check(answer) : answer);
  }
}
