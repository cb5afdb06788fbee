import type { TFunction } from "i18next";
import { en } from "./texts/en";

/** What a failure says of itself: an `ApiProblem`, the SDK's error, or anything else thrown. */
interface Failure {
  readonly code?: unknown;
  readonly retryAfterSeconds?: unknown;
  readonly retryAfterMillis?: unknown;
  readonly reference?: unknown;
}

/** A sentence that tells a person about a failure, by its code; never the text of an exception. */
export function problemText(t: TFunction, failure: unknown): string {
  const { code, retryAfterSeconds, retryAfterMillis, reference } = (
    typeof failure === "string" ? { code: failure } : (failure ?? {})
  ) as Failure;
  const seconds = Math.ceil(Number(retryAfterSeconds ?? Number(retryAfterMillis ?? 0) / 1_000));
  const known = typeof code === "string" && code in en.problem;
  return t(`ui.problem.${known ? code : "UNKNOWN"}`, {
    code: typeof code === "string" ? code : "?",
    seconds: seconds > 0 ? seconds : 1,
    reference: typeof reference === "string" && reference !== "" ? reference : "–",
  });
}
