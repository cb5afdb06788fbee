import { useToasts } from "@carillon/ui";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Form, FormGroup } from "@patternfly/react-core/dist/esm/components/Form";
import {
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
} from "@patternfly/react-core/dist/esm/components/Modal";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import type { Call } from "../api/call.js";
import { send } from "../api/send.js";
import { useSpeech } from "../text/index.js";
import { CallAsCurl } from "./Curl.js";
import { Problem } from "./Problem.js";

interface DialogProps<A> {
  title: string;
  /** What will happen, in a sentence. */
  text?: ReactNode;
  /** The name of what is done: "Archive", not "OK". */
  submit: string;
  danger?: boolean;
  /** The call that the fields make now; null while something is missing. */
  call: Call | null;
  /** Text that must be typed first; for what reaches far. */
  typed?: string | null;
  children?: ReactNode;
  /** Without a reason for the audit: where nothing of another person changes. */
  withoutReason?: boolean;
  onClose: () => void;
  /** Called with the answer; the dialog is to be closed then. */
  onDone: (answer: A) => void;
  /** The toast that tells of the success. */
  done?: string;
  size?: "small" | "medium" | "large";
}

/**
 * Asks before something is done, does it, and shows a refusal where it was asked. Each has room for
 * the reason that the audit keeps, and shows its call as curl.
 */
export function Dialog<A = void>(props: DialogProps<A>) {
  const { t } = useSpeech();
  const toasts = useToasts();
  const id = useId();
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const withReason =
    props.call === null || reason === ""
      ? props.call
      : { ...props.call, query: { ...props.call.query, reason } };
  const wants = props.typed ?? null;
  const ready = withReason !== null && (wants === null || typed === wants);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation(); // a dialog may be opened from within a form
    if (!ready || busy || withReason === null) {
      return;
    }
    setBusy(true);
    setError(null);
    try {
      const answer = await send<A>(withReason);
      if (props.done !== undefined) {
        toasts.show({ variant: "success", title: props.done });
      }
      props.onDone(answer);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };

  return (
    <Modal
      isOpen
      variant={props.size ?? "small"}
      onClose={props.onClose}
      aria-labelledby={`${id}title`}
    >
      <ModalHeader
        title={props.title}
        labelId={`${id}title`}
        {...(props.danger === true ? { titleIconVariant: "warning" as const } : {})}
      />
      <ModalBody>
        <Form id={`${id}form`} onSubmit={submit}>
          {error === null ? null : <Problem error={error} />}
          {props.text === undefined ? null : <div className="adm-wrap">{props.text}</div>}
          {props.children}
          {wants === null ? null : (
            <FormGroup label={t("dialog.type", { text: wants })} fieldId={`${id}typed`} isRequired>
              <TextInput
                id={`${id}typed`}
                value={typed}
                onChange={(_, value) => setTyped(value)}
                autoComplete="off"
              />
            </FormGroup>
          )}
          {props.withoutReason === true ? null : (
            <FormGroup label={t("dialog.reason")} fieldId={`${id}reason`}>
              <TextInput
                id={`${id}reason`}
                value={reason}
                maxLength={500}
                onChange={(_, value) => setReason(value)}
              />
            </FormGroup>
          )}
          {withReason === null ? null : <CallAsCurl call={withReason} />}
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button
          type="submit"
          form={`${id}form`}
          variant={props.danger === true ? "danger" : "primary"}
          isDisabled={!ready || busy}
          isLoading={busy}
        >
          {props.submit}
        </Button>
        <Button variant="link" onClick={props.onClose}>
          {t("cancel")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
