import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import {
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
} from "@patternfly/react-core/dist/esm/components/Modal";
import KeyIcon from "@patternfly/react-icons/dist/esm/icons/key-icon";
import { useState } from "react";
import { adminPath } from "../api/call.js";
import type { ApiKey, ApiKeyWithSecret } from "../api/types.js";
import { Command } from "../parts/Curl.js";
import { Dialog } from "../parts/Dialog.js";
import { Empty } from "../parts/Empty.js";
import { ChoiceField, TextField } from "../parts/Fields.js";
import { PageHead } from "../parts/PageHead.js";
import { Pager } from "../parts/Pager.js";
import { Problem } from "../parts/Problem.js";
import { RowMenu } from "../parts/RowMenu.js";
import { When } from "../parts/Shown.js";
import { Table } from "../parts/Table.js";
import { usePaged } from "../parts/usePaged.js";
import { useSpeech } from "../text/index.js";

type Doing = { what: "create" } | { what: "rotate" | "revoke"; key: ApiKey };
const OVERLAPS = ["0", "3600", "86400", "604800"] as const;

/** The keys with which applications call the server. A secret is shown once, when it is made. */
export default function KeysPage() {
  const { t } = useSpeech();
  const [doing, setDoing] = useState<Doing | null>(null);
  const [made, setMade] = useState<ApiKeyWithSecret | null>(null);
  const keys = usePaged<ApiKey>("admin/keys", {});
  const finish = (answer?: ApiKeyWithSecret) => {
    setDoing(null);
    setMade(answer ?? null);
    keys.reload();
  };
  return (
    <>
      <PageHead
        title={t("page.keys")}
        description={t("keys.text")}
        actions={<Button onClick={() => setDoing({ what: "create" })}>{t("keys.create")}</Button>}
      />
      <Problem error={keys.error} onRetry={keys.reload} />
      <Table
        label={t("page.keys")}
        columns={[
          {
            key: "name",
            label: t("name"),
            render: (key: ApiKey) => (
              <span className="adm-labels">
                <strong className="adm-wrap">{key.name}</strong>
                {key.revokedAt === null ? null : (
                  <Label isCompact color="red">
                    {t("keys.revoked")} <When at={key.revokedAt} />
                  </Label>
                )}
              </span>
            ),
          },
          { key: "id", label: "ID", render: (key) => <code>{key.id}</code> },
          { key: "created", label: t("created"), render: (key) => <When at={key.createdAt} /> },
          { key: "used", label: t("keys.used"), render: (key) => <When at={key.lastUsedAt} /> },
          {
            key: "rotated",
            label: t("keys.rotated"),
            render: (key) => <When at={key.rotatedAt} />,
          },
          {
            key: "until",
            label: t("keys.previousUntil"),
            render: (key) => <When at={key.previousValidUntil} />,
          },
        ]}
        rows={keys.data?.items}
        rowKey={(key) => key.id}
        loading={keys.loading}
        empty={<Empty icon={KeyIcon} title={t("keys.empty")} text={t("keys.text")} />}
        actions={(key) =>
          key.revokedAt === null ? (
            <RowMenu
              label={t("actionsOf", { name: key.name })}
              actions={[
                { label: t("keys.rotate"), onClick: () => setDoing({ what: "rotate", key }) },
                {
                  label: t("keys.revoke"),
                  danger: true,
                  onClick: () => setDoing({ what: "revoke", key }),
                },
              ]}
            />
          ) : null
        }
      />
      <Pager paged={keys} />
      {doing === null ? null : (
        <KeyDialog doing={doing} onClose={() => setDoing(null)} onDone={finish} />
      )}
      {made === null ? null : (
        <Modal isOpen variant="medium" onClose={() => setMade(null)} aria-labelledby="key-title">
          <ModalHeader title={t("keys.secretTitle", { name: made.name })} labelId="key-title" />
          <ModalBody className="adm-stack">
            <Alert isInline variant="warning" component="h2" title={t("keys.secretText")} />
            <Command text={made.key} label={t("keys.secret")} />
          </ModalBody>
          <ModalFooter>
            <Button onClick={() => setMade(null)}>{t("keys.secretSaved")}</Button>
          </ModalFooter>
        </Modal>
      )}
    </>
  );
}

function KeyDialog(props: {
  doing: Doing;
  onClose: () => void;
  onDone: (answer?: ApiKeyWithSecret) => void;
}) {
  const { t } = useSpeech();
  const { doing, onClose, onDone } = props;
  const [name, setName] = useState("");
  const [overlap, setOverlap] = useState<string>("3600");
  switch (doing.what) {
    case "create":
      return (
        <Dialog<ApiKeyWithSecret>
          title={t("keys.create")}
          text={t("keys.createText")}
          submit={t("create")}
          call={
            name.trim() === ""
              ? null
              : { method: "POST", path: "admin/keys", body: { name: name.trim() } }
          }
          onClose={onClose}
          onDone={onDone}
        >
          <TextField label={t("name")} value={name} maxLength={100} required onChange={setName} />
        </Dialog>
      );
    case "rotate":
      return (
        <Dialog<ApiKeyWithSecret>
          title={`${t("keys.rotate")}: ${doing.key.name}`}
          text={t("keys.rotateText")}
          submit={t("keys.rotate")}
          call={{
            method: "POST",
            path: adminPath`keys/${doing.key.id}/rotate`,
            body: { overlapSeconds: Number(overlap) },
          }}
          onClose={onClose}
          onDone={onDone}
        >
          <ChoiceField
            label={t("keys.overlap")}
            value={overlap}
            choices={OVERLAPS.map((one) => [one, t(`overlap.${one}`)])}
            onChange={setOverlap}
          />
        </Dialog>
      );
    case "revoke":
      return (
        <Dialog
          title={`${t("keys.revoke")}: ${doing.key.name}`}
          text={t("keys.revokeText")}
          submit={t("keys.revoke")}
          danger
          typed={doing.key.name}
          call={{ method: "DELETE", path: adminPath`keys/${doing.key.id}` }}
          done={t("keys.revoked")}
          onClose={onClose}
          onDone={() => onDone()}
        />
      );
  }
}
