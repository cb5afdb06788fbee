import { callApi } from "@carillon/ui";
import { addressOf, type Call } from "./call.js";
import { record } from "./record.js";

/**
 * Sends a call with the session's cookie, and remembers it for "as curl".
 *
 * @throws ApiProblem for every answer that is no success, and where none comes
 */
export function send<T>(call: Call, signal?: AbortSignal): Promise<T> {
  record(call);
  return callApi<T>(call.method, addressOf(call, ""), call.body, signal);
}
