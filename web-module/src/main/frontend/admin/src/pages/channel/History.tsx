import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { useState } from "react";
import { adminPath } from "../../api/call.js";
import type { Message } from "../../api/types.js";
import { useMay } from "../../app/rights.js";
import { usePlace } from "../../app/router.js";
import { Dialog } from "../../parts/Dialog.js";
import { Empty } from "../../parts/Empty.js";
import { AreaField } from "../../parts/Fields.js";
import { FilterBar, SearchFilter, TextFilter } from "../../parts/Filters.js";
import { Pager } from "../../parts/Pager.js";
import { Problem } from "../../parts/Problem.js";
import { RowMenu } from "../../parts/RowMenu.js";
import { UserLink, When } from "../../parts/Shown.js";
import { type Column, Table } from "../../parts/Table.js";
import { usePaged } from "../../parts/usePaged.js";
import { useSpeech } from "../../text/index.js";
import { textOf } from "./content.js";

/** What was written in a channel, latest first: searched, edited, redacted. */
export function History({ channelId }: { channelId: string }) {
  const { t, number } = useSpeech();
  const may = useMay();
  const { query } = usePlace();
  const [doing, setDoing] = useState<{ what: "edit" | "redact"; message: Message } | null>(null);
  const messages = usePaged<Message>(adminPath`channels/${channelId}/messages`, {
    q: query.get("q"),
    author: query.get("author"),
  });
  const columns: Column<Message>[] = [
    {
      key: "offset",
      label: t("message.offset"),
      numeric: true,
      render: (message) => number(message.offset),
    },
    { key: "at", label: t("time"), render: (message) => <When at={message.createdAt} /> },
    {
      key: "author",
      label: t("message.author"),
      render: (message) =>
        message.authorId === undefined ? (
          "–"
        ) : (
          <UserLink id={message.authorId} name={message.author?.name} />
        ),
    },
    {
      key: "text",
      label: t("message.text"),
      render: (message) =>
        message.deleted === true ? (
          <em className="adm-subtle">{t("message.deleted")}</em>
        ) : (
          <span className="adm-wrap">
            {textOf(message)}{" "}
            {message.editedAt === undefined || message.editedAt === null ? null : (
              <Label isCompact>{t("message.edited")}</Label>
            )}
          </span>
        ),
    },
  ];
  return (
    <>
      <FilterBar>
        <SearchFilter label={t("history.search")} />
        <TextFilter name="author" label={t("message.author")} />
      </FilterBar>
      <Problem error={messages.error} onRetry={messages.reload} />
      <Table
        label={t("tab.history")}
        columns={columns}
        rows={messages.data?.items}
        rowKey={(message) => message.id}
        loading={messages.loading}
        empty={<Empty title={t(messages.hasNext ? "history.none" : "history.empty")} />}
        actions={(message) =>
          may("MESSAGES_MODERATE") && message.deleted !== true ? (
            <RowMenu
              label={t("actionsOf", { name: String(message.offset) })}
              actions={[
                ...(message.content === undefined
                  ? []
                  : [
                      {
                        label: t("message.edit"),
                        onClick: () => setDoing({ what: "edit", message }),
                      },
                    ]),
                {
                  label: t("message.redact"),
                  danger: true,
                  onClick: () => setDoing({ what: "redact", message }),
                },
              ]}
            />
          ) : null
        }
      />
      <Pager paged={messages} />
      {doing === null ? null : (
        <MessageDialog
          channelId={channelId}
          {...doing}
          onClose={() => setDoing(null)}
          onDone={() => {
            setDoing(null);
            messages.reload();
          }}
        />
      )}
    </>
  );
}

function MessageDialog(props: {
  channelId: string;
  what: "edit" | "redact";
  message: Message;
  onClose: () => void;
  onDone: () => void;
}) {
  const { t } = useSpeech();
  const { message, what } = props;
  const [content, setContent] = useState(message.content ?? "");
  const path = adminPath`channels/${props.channelId}/messages/${message.id}`;
  const edits = what === "edit";
  return (
    <Dialog
      title={t(edits ? "message.edit" : "message.redact")}
      text={t(edits ? "message.editText" : "message.redactText")}
      submit={t(edits ? "save" : "message.redact")}
      danger={!edits}
      size="medium"
      call={
        edits
          ? content.trim() === ""
            ? null
            : {
                method: "PATCH",
                path,
                body: {
                  content,
                  ...(message.version === undefined ? {} : { version: message.version }),
                },
              }
          : { method: "DELETE", path }
      }
      done={t("saved")}
      onClose={props.onClose}
      onDone={props.onDone}
    >
      {edits ? (
        <AreaField
          label={t("message.text")}
          value={content}
          maxLength={60_000}
          required
          onChange={setContent}
        />
      ) : (
        <blockquote className="adm-quote">{textOf(message)}</blockquote>
      )}
    </Dialog>
  );
}
