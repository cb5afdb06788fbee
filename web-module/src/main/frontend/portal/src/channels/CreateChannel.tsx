import { useClient } from "@carillon/client/react";
import { problemText } from "@carillon/ui";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Form, FormGroup } from "@patternfly/react-core/dist/esm/components/Form";
import { HelperText, HelperTextItem } from "@patternfly/react-core/dist/esm/components/HelperText";
import {
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
} from "@patternfly/react-core/dist/esm/components/Modal";
import { Radio } from "@patternfly/react-core/dist/esm/components/Radio";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { channelHash, listHash } from "../routes";
import { useChannels } from "./channels";
import type { ChannelSummary } from "./unread";

/** The dialogue that makes a channel or a list. */
export function CreateChannel({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const { reload } = useChannels();
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    setBusy(true);
    setProblem(null);
    try {
      const made = await client.request<ChannelSummary>("POST", "api/channels", {
        channelId: text("channelId").normalize("NFC"),
        kind: text("kind"),
        visibility: text("visibility"),
        title: text("channelTitle"),
        topic: text("topic"),
      });
      await reload();
      location.hash = made.kind === "LIST" ? listHash(made.channelId) : channelHash(made.channelId);
      onClose();
    } catch (failure) {
      const taken = (failure as { code?: string }).code === "CONFLICT";
      setProblem(taken ? t("create.taken") : problemText(t, failure));
      setBusy(false);
    }
  };

  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="create-title">
      <ModalHeader title={t("create.title")} labelId="create-title" />
      <ModalBody>
        <Form id="create-channel" onSubmit={submit}>
          {problem === null ? null : (
            <Alert isInline isLiveRegion variant="danger" title={problem} component="p" />
          )}
          <FormGroup label={t("create.name")} isRequired fieldId="channelId">
            <TextInput
              id="channelId"
              name="channelId"
              isRequired
              maxLength={200}
              autoComplete="off"
              aria-describedby="channelId-help"
            />
            <HelperText>
              <HelperTextItem id="channelId-help">{t("create.nameHelp")}</HelperTextItem>
            </HelperText>
          </FormGroup>
          <FormGroup label={t("create.channelTitle")} fieldId="channelTitle">
            <TextInput id="channelTitle" name="channelTitle" maxLength={200} autoComplete="off" />
          </FormGroup>
          <FormGroup label={t("create.topic")} fieldId="topic">
            <TextInput id="topic" name="topic" maxLength={500} autoComplete="off" />
          </FormGroup>
          <FormGroup label={t("create.kind")} role="radiogroup" fieldId="kind" isStack>
            <Radio
              id="kind-chat"
              name="kind"
              value="CHAT"
              label={t("create.chat")}
              defaultChecked
            />
            <Radio id="kind-list" name="kind" value="LIST" label={t("create.list")} />
          </FormGroup>
          <FormGroup label={t("create.visibility")} role="radiogroup" fieldId="visibility" isStack>
            <Radio
              id="visibility-private"
              name="visibility"
              value="PRIVATE"
              label={t("create.private")}
              defaultChecked
            />
            <Radio
              id="visibility-public"
              name="visibility"
              value="PUBLIC"
              label={t("create.public")}
            />
          </FormGroup>
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="create-channel" isLoading={busy} isDisabled={busy}>
          {t("create.submit")}
        </Button>
        <Button variant="link" onClick={onClose}>
          {t("cancel")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
