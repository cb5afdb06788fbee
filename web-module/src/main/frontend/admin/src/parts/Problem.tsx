import { ApiProblem, problemText } from "@carillon/ui";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { useTranslation } from "react-i18next";
import { useSpeech } from "../text/index.js";

/** A refusal, in words and with the server's code. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const speech = useSpeech();
  if (error === undefined || error === null) {
    return null;
  }
  const code = error instanceof ApiProblem ? error.code : "INTERNAL";
  return (
    <Alert
      variant="danger"
      isInline
      isLiveRegion
      component="h2"
      title={problemText(t, error)}
      actionLinks={
        onRetry === undefined ? null : (
          <Button variant="link" isInline onClick={onRetry}>
            {speech.t("retry")}
          </Button>
        )
      }
    >
      <code>{code}</code>
      {detailOf(error)}
    </Alert>
  );
}

/** What the server adds to its code, for people who know the API. */
function detailOf(error: unknown): string {
  const body = error instanceof ApiProblem ? error.body : null;
  const detail =
    typeof body === "object" && body !== null ? (body as { detail?: unknown }).detail : undefined;
  return typeof detail === "string" && detail !== "" ? ` ${detail}` : "";
}
