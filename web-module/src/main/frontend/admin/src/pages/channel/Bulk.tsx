import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import {
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
} from "@patternfly/react-core/dist/esm/components/Modal";
import { Progress } from "@patternfly/react-core/dist/esm/components/Progress";
import { Spinner } from "@patternfly/react-core/dist/esm/components/Spinner";
import { useEffect, useRef, useState } from "react";
import type { Call, Query } from "../../api/call.js";
import { send } from "../../api/send.js";
import { type BulkAnswer, VISIBILITIES } from "../../api/types.js";
import { CallAsCurl } from "../../parts/Curl.js";
import { ChoiceField, TextField } from "../../parts/Fields.js";
import { Problem } from "../../parts/Problem.js";
import { useSpeech } from "../../text/index.js";

export type BulkAction = "ARCHIVE" | "RESTORE" | "CHANGE";

/** The channels that were chosen, or all that match a filter. */
export type BulkTarget = { channelIds: string[] } | { filter: Query };

const PATH = "admin/channels/bulk";

/**
 * Shows how many channels an action would change and some of their names, asks for the typed
 * confirmation that the server wants for many, and then works through them, 500 in each call.
 */
export function Bulk(props: {
  action: BulkAction;
  target: BulkTarget;
  onClose: (changed: boolean) => void;
}) {
  const { t, number } = useSpeech();
  const [visibility, setVisibility] = useState<string>("PRIVATE");
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const [preview, setPreview] = useState<BulkAnswer | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [progress, setProgress] = useState<{ done: number; failed: number } | null>(null);
  const [finished, setFinished] = useState(false);
  const stopped = useRef(false);

  const body = {
    action: props.action,
    ...(props.action === "CHANGE" ? { change: { visibility } } : {}),
    ...bodyOf(props.target),
  };
  const call = (more: Record<string, unknown>): Call => ({
    method: "POST",
    path: PATH,
    ...(reason === "" ? {} : { query: { reason } }),
    body: { ...body, ...more },
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again where the change differs
  useEffect(() => {
    const abort = new AbortController();
    setPreview(null);
    setError(null);
    send<BulkAnswer>(
      { method: "POST", path: PATH, body: { ...body, dryRun: true } },
      abort.signal,
    ).then(setPreview, (failure: unknown) => {
      if (!abort.signal.aborted) {
        setError(failure);
      }
    });
    return () => abort.abort();
  }, [visibility]);

  useEffect(() => {
    stopped.current = false;
    return () => {
      stopped.current = true; // a closed dialog sends no further call
    };
  }, []);

  const run = async () => {
    setError(null);
    let done = 0;
    let failed = 0;
    let confirmation = preview?.confirmation ?? null;
    setProgress({ done, failed });
    try {
      for (;;) {
        const answer = await send<BulkAnswer>(call(confirmation === null ? {} : { confirmation }));
        done += answer.changed ?? 0;
        failed = Math.max(failed, answer.failed?.length ?? 0);
        setProgress({ done, failed });
        confirmation = answer.confirmation;
        if ((answer.remaining ?? 0) === 0 || (answer.changed ?? 0) === 0 || stopped.current) {
          break;
        }
      }
      setFinished(true);
    } catch (failure) {
      setError(failure);
      setProgress((before) => (before?.done === 0 ? null : before));
    }
  };

  const ready =
    preview !== null &&
    preview.count > 0 &&
    progress === null &&
    (preview.confirmation === null || typed === preview.confirmation);
  const changed = (progress?.done ?? 0) > 0;
  return (
    <Modal
      isOpen
      variant="medium"
      onClose={() => props.onClose(changed)}
      aria-labelledby="bulk-title"
    >
      <ModalHeader
        title={t(`bulk.${props.action}`)}
        labelId="bulk-title"
        titleIconVariant={props.action === "ARCHIVE" ? "warning" : "info"}
      />
      <ModalBody className="adm-stack">
        <Problem error={error} />
        {props.action === "CHANGE" ? (
          <ChoiceField
            label={t("channel.visibility")}
            value={visibility}
            choices={VISIBILITIES.map((one) => [one, t(`visibility.${one}`)])}
            onChange={setVisibility}
          />
        ) : null}
        {preview === null ? (
          error === null ? (
            <Spinner aria-label={t("loading")} />
          ) : null
        ) : (
          <>
            <p aria-live="polite">
              <strong>{t("bulk.preview", { count: number(preview.count) })}</strong>
            </p>
            <ul className="adm-sample">
              {(preview.sample ?? []).map((name) => (
                <li key={name}>{name}</li>
              ))}
              {preview.count > (preview.sample ?? []).length ? (
                <li>
                  {t("bulk.more", { count: number(preview.count - (preview.sample ?? []).length) })}
                </li>
              ) : null}
            </ul>
            {progress === null && preview.count > 0 ? (
              <>
                {preview.confirmation === null ? null : (
                  <TextField
                    label={t("dialog.type", { text: preview.confirmation })}
                    value={typed}
                    onChange={setTyped}
                    required
                  />
                )}
                <TextField
                  label={t("dialog.reason")}
                  value={reason}
                  maxLength={500}
                  onChange={setReason}
                />
                <CallAsCurl
                  call={call(
                    preview.confirmation === null ? {} : { confirmation: preview.confirmation },
                  )}
                />
              </>
            ) : null}
          </>
        )}
        {progress === null ? null : (
          <Progress
            title={t("bulk.progress")}
            value={preview === null ? 0 : (progress.done / Math.max(1, preview.count)) * 100}
            label={`${number(progress.done)} / ${number(preview?.count ?? 0)}`}
            valueText={`${number(progress.done)} / ${number(preview?.count ?? 0)}`}
          />
        )}
        {finished ? (
          <Alert
            isInline
            isLiveRegion
            component="h2"
            variant={progress !== null && progress.failed > 0 ? "warning" : "success"}
            title={t("bulk.done", {
              done: number(progress?.done ?? 0),
              failed: number(progress?.failed ?? 0),
            })}
          />
        ) : null}
      </ModalBody>
      <ModalFooter>
        {finished ? (
          <Button onClick={() => props.onClose(changed)}>{t("close")}</Button>
        ) : (
          <>
            <Button
              variant={props.action === "ARCHIVE" ? "danger" : "primary"}
              isDisabled={!ready}
              isLoading={progress !== null && error === null}
              onClick={run}
            >
              {t(`bulk.${props.action}`)}
            </Button>
            <Button variant="link" onClick={() => props.onClose(changed)}>
              {t("cancel")}
            </Button>
          </>
        )}
      </ModalFooter>
    </Modal>
  );
}

/** The target as the server reads it: the filter's `archived` is a boolean there. */
function bodyOf(target: BulkTarget): Record<string, unknown> {
  if ("channelIds" in target) {
    return target;
  }
  const filter: Record<string, unknown> = Object.fromEntries(
    Object.entries(target.filter).filter(([, value]) => value !== null && value !== ""),
  );
  if (filter.archived !== undefined) {
    filter.archived = filter.archived === "true";
  }
  return { filter };
}
