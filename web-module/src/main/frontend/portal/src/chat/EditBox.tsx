import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";

interface EditBoxProps {
  readonly text: string;
  onSave(text: string): Promise<void>;
  onCancel(): void;
}

/** A message being changed: Enter saves, Escape gives up. */
export function EditBox({ text, onSave, onCancel }: EditBoxProps) {
  const { t } = useTranslation();
  const [value, setValue] = useState(text);
  const [busy, setBusy] = useState(false);
  const save = async () => {
    const changed = value.trim();
    if (changed === "" || changed === text) {
      onCancel();
      return;
    }
    setBusy(true);
    await onSave(changed);
    setBusy(false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      onCancel();
    } else if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      save();
    }
  };
  return (
    <div className="chat-edit">
      <textarea
        aria-label={t("chat.editLabel")}
        value={value}
        rows={Math.min(8, value.split("\n").length)}
        maxLength={20_000}
        onChange={(event) => setValue(event.target.value)}
        onKeyDown={onKeyDown}
        ref={(box) => {
          if (box !== null && document.activeElement !== box) {
            box.focus();
            box.setSelectionRange(box.value.length, box.value.length);
          }
        }}
      />
      <Button size="sm" onClick={save} isLoading={busy} isDisabled={busy}>
        {t("save")}
      </Button>
      <Button size="sm" variant="link" onClick={onCancel}>
        {t("cancel")}
      </Button>
    </div>
  );
}
