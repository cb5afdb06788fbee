import { useToasts } from "@carillon/ui";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import CheckIcon from "@patternfly/react-icons/dist/esm/icons/check-icon";
import CopyIcon from "@patternfly/react-icons/dist/esm/icons/copy-icon";
import { useEffect, useState } from "react";
import { useSpeech } from "../text/index.js";

const SHOWN_MILLIS = 2_000;

/** Copies a text; says so where it worked, and where it did not. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const { t } = useSpeech();
  const toasts = useToasts();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (copied) {
      const timer = setTimeout(() => setCopied(false), SHOWN_MILLIS);
      return () => clearTimeout(timer);
    }
  }, [copied]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text); // not there without TLS but on this machine
      setCopied(true);
    } catch {
      toasts.show({ variant: "warning", title: t("copy.refused") });
    }
  };
  return (
    <Button
      variant="plain"
      aria-label={copied ? t("copy.done") : (label ?? t("copy.button"))}
      icon={copied ? <CheckIcon /> : <CopyIcon />}
      onClick={copy}
    />
  );
}
