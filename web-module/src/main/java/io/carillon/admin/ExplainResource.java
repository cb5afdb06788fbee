package io.carillon.admin;

import io.carillon.application.Explanation;
import io.carillon.domain.channel.AccessQuestion;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.UserId;
import io.carillon.json.JsonObject;
import io.carillon.rest.Caller;
import io.carillon.rest.Parameters;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.util.Arrays;
import java.util.List;

/** Why somebody may do something in a channel, or may not. */
@Path("admin/explain")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
public class ExplainResource {
  private final Explanation explanation;

  public ExplainResource() { // for the client proxy; RESTEasy looks for a public one
    this(null);
  }

  @Inject
  public ExplainResource(Explanation explanation) {
    this.explanation = explanation;
  }

  /** One action with the path to the answer; without an action, the answers to all of them. */
  @GET
  public JsonObject explain(
      @Context SecurityContext security,
      @QueryParam("userId") String userId,
      @QueryParam("channel") String channel,
      @QueryParam("action") String action) {
    Identity by = Caller.of(security);
    UserId user = new UserId(userId);
    ChannelName name = new ChannelName(channel);
    JsonObject json = new JsonObject().put("userId", user.value()).put("channelId", name.value());
    if (action == null || action.isEmpty()) {
      List<JsonObject> all =
          Arrays.stream(AccessQuestion.values())
              .map(
                  question ->
                      answer(
                          new JsonObject().put("action", question.name()),
                          explanation.why(by, user, name, question)))
              .toList();
      return json.put("actions", all);
    }
    AccessQuestion question = Parameters.constant(AccessQuestion.class, action, "action");
    Explanation.Answer found = explanation.why(by, user, name, question);
    List<JsonObject> path =
        found.path().stream()
            .map(
                step ->
                    new JsonObject()
                        .put("rule", step.rule().name())
                        .put("holds", step.holds())
                        .put("text", step.rule().text()))
            .toList();
    return answer(json.put("action", question.name()), found).put("path", path);
  }

  private static JsonObject answer(JsonObject json, Explanation.Answer answer) {
    return json.put("allowed", answer.isAllowed())
        .put("code", answer.refusal().map(ErrorCode::name).orElse(null));
  }
}
