package io.carillon.servers;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** {@code -DskipServers} leaves all servers out, {@code -Dserver=NAME} all but one. */
public final class ChosenServers implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    Server server = context.getRequiredTestClass().getAnnotation(Server.class);
    if (server == null) {
      return ConditionEvaluationResult.enabled("a part of a server's tests");
    }
    if (!System.getProperty("skipServers", "false").equals("false")) {
      return ConditionEvaluationResult.disabled("-DskipServers");
    }
    String chosen = System.getProperty("server", "");
    return chosen.isEmpty() || chosen.equals(server.value())
        ? ConditionEvaluationResult.enabled("chosen")
        : ConditionEvaluationResult.disabled("-Dserver=" + chosen);
  }
}
