import { apiUrl } from "@carillon/ui";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { ExpandableSection } from "@patternfly/react-core/dist/esm/components/ExpandableSection";
import { Modal, ModalBody, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import TerminalIcon from "@patternfly/react-icons/dist/esm/icons/terminal-icon";
import { useState } from "react";
import type { Call } from "../api/call.js";
import { curlOf } from "../api/curl.js";
import { type Recorded, recordedCalls } from "../api/record.js";
import { useSpeech } from "../text/index.js";
import { CopyButton } from "./Copy.js";

/** One command in a box, with the way to copy it. */
export function Command({ text, label }: { text: string; label: string }) {
  return (
    <div className="adm-command">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <section tabIndex={0} aria-label={label}>
        <pre>{text}</pre>
      </section>
      <CopyButton text={text} />
    </div>
  );
}

/** Shows what this page has asked the server, as commands for a shell. */
export function CurlButton() {
  const { t } = useSpeech();
  const [shown, setShown] = useState<readonly Recorded[] | null>(null);
  return (
    <>
      <Button
        variant="secondary"
        icon={<TerminalIcon />}
        onClick={() => setShown(recordedCalls())}
        aria-haspopup="dialog"
      >
        {t("curl.button")}
      </Button>
      {shown === null ? null : (
        <Modal isOpen variant="large" onClose={() => setShown(null)} aria-labelledby="curl-title">
          <ModalHeader title={t("curl.title")} labelId="curl-title" description={t("curl.text")} />
          <ModalBody>
            {shown.length === 0 ? <p>{t("curl.none")}</p> : null}
            {shown.map(({ call, stream }) => {
              const text = curlOf(call, apiUrl(""), { stream });
              return <Command key={text} text={text} label={`${call.method} ${call.path}`} />;
            })}
            <ExpandableSection toggleText={t("curl.token")}>
              <Command
                label={t("curl.token")}
                text={`export CARILLON_TOKEN=$(curl -s -X POST '${apiUrl("login")}' \\\n  -H 'Content-Type: application/json' \\\n  -d '{"userId":"…","password":"…"}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')`}
              />
            </ExpandableSection>
          </ModalBody>
        </Modal>
      )}
    </>
  );
}

/** The call that a dialog is about to make. */
export function CallAsCurl({ call }: { call: Call }) {
  const { t } = useSpeech();
  return (
    <ExpandableSection toggleText={t("curl.button")}>
      <Command text={curlOf(call, apiUrl(""))} label={t("curl.button")} />
    </ExpandableSection>
  );
}
