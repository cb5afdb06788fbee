import type { MessageItem, UseChannel } from "@carillon/client/react";
import { problemText } from "@carillon/ui";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import ClockIcon from "@patternfly/react-icons/dist/esm/icons/clock-icon";
import ExclamationCircleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon";
import PencilIcon from "@patternfly/react-icons/dist/esm/icons/pencil-alt-icon";
import ReplyIcon from "@patternfly/react-icons/dist/esm/icons/reply-icon";
import TrashIcon from "@patternfly/react-icons/dist/esm/icons/trash-icon";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { momentName, timeName } from "../days";
import { EditBox } from "./EditBox";
import { Face } from "./Face";
import { Markdown } from "./Markdown";
import { mentions } from "./mentions";
import { splitQuote } from "./quote";
import { textOf } from "./rows";

interface MessageLineProps {
  readonly item: MessageItem;
  readonly continued: boolean;
  readonly me: string;
  readonly myName: string;
  readonly isOnline: boolean;
  readonly mayModerate: boolean;
  readonly isMarked: boolean;
  readonly isEditing: boolean;
  readonly channel: UseChannel;
  onEdit(messageId: string | null): void;
  onReply(item: MessageItem): void;
  onTakeBack(item: MessageItem): void;
  onQuoteFollowed(offset: number): void;
  onFailure(failure: unknown): void;
}

/** One message with everything that can be done with it. */
export function MessageLine(props: MessageLineProps) {
  const { item, me, continued } = props;
  const { t, i18n } = useTranslation();
  const authorId = item.authorId ?? me;
  const author = item.author?.name ?? (authorId === me ? props.myName : authorId);
  const time = item.createdAt === undefined ? "" : timeName(item.createdAt, i18n.language);
  if (item.deleted) {
    return (
      <article className="chat-message chat-deleted" tabIndex={-1} aria-label={t("chat.deleted")}>
        <p>{t("chat.deleted")}</p>
      </article>
    );
  }
  const content = textOf(item);
  const { quote, text } = splitQuote(content);
  const classes = [
    "chat-message",
    continued ? "chat-continued" : "",
    `chat-${item.state}`,
    props.isMarked ? "chat-marked" : "",
    authorId !== me && mentions(text, me) ? "chat-for-me" : "",
  ];
  return (
    <article
      className={classes.filter((one) => one !== "").join(" ")}
      tabIndex={-1}
      aria-label={`${author}, ${time}`}
      data-offset={item.offset}
    >
      <div className="chat-side">
        {continued ? (
          <time aria-hidden="true">{time}</time>
        ) : (
          <Face userId={authorId} name={author} isOnline={props.isOnline} />
        )}
      </div>
      <div className="chat-body">
        {continued ? null : (
          <div className="chat-author">
            <strong>{author}</strong>
            <time dateTime={item.createdAt} title={momentName(item.createdAt ?? "", i18n.language)}>
              {time}
            </time>
          </div>
        )}
        {quote === null ? null : (
          <button
            type="button"
            className="chat-quote"
            onClick={() => props.onQuoteFollowed(quote.offset)}
            aria-label={t("chat.quote", { author: quote.authorName, text: quote.excerpt })}
          >
            <strong>{quote.authorName}</strong> {quote.excerpt}
          </button>
        )}
        {props.isEditing && item.id !== undefined ? (
          <EditBox
            text={content}
            onCancel={() => props.onEdit(null)}
            onSave={async (changed) => {
              try {
                await props.channel.edit(item.id ?? "", changed, item.version);
                props.onEdit(null);
              } catch (failure) {
                props.onFailure(failure);
              }
            }}
          />
        ) : (
          <div className="chat-text">
            <Markdown text={text} me={me} />
            {item.editedAt === undefined ? null : (
              <span className="chat-edited" title={momentName(item.editedAt, i18n.language)}>
                {t("chat.edited")}
              </span>
            )}
          </div>
        )}
        <Progress {...props} />
      </div>
      {item.state === "stored" && !props.isEditing ? <Actions {...props} author={author} /> : null}
    </article>
  );
}

/** How far a message of one's own has got, and what can be done where it has not. */
function Progress({ item, channel, onTakeBack, onFailure }: MessageLineProps) {
  const { t } = useTranslation();
  const clientId = item.clientId ?? "";
  switch (item.state) {
    case "stored":
    case "sent":
      return null;
    case "sending":
      return (
        <p className="chat-progress">
          <ClockIcon /> {t("chat.sending")}
          {item.error === null ? null : ` ${problemText(t, item.error)}`}
        </p>
      );
    case "failed":
      return (
        <p className="chat-progress chat-progress-failed" role="alert">
          <ExclamationCircleIcon /> {t("chat.failed")} {problemText(t, item.error)}
          <span className="chat-progress-actions">
            <Button
              variant="link"
              isInline
              onClick={() => channel.retry(clientId).catch(onFailure)}
            >
              {t("chat.retry")}
            </Button>
            <Button variant="link" isInline onClick={() => onTakeBack(item)}>
              {t("chat.editFailed")}
            </Button>
            <Button
              variant="link"
              isInline
              isDanger
              onClick={() => channel.discard(clientId).catch(onFailure)}
            >
              {t("chat.discard")}
            </Button>
          </span>
        </p>
      );
  }
}

function Actions(props: MessageLineProps & { author: string }) {
  const { item, me, author, channel } = props;
  const { t } = useTranslation();
  const [isSure, setSure] = useState(false);
  const isMine = item.authorId === me;
  const id = item.id ?? "";
  return (
    <fieldset className="chat-actions" aria-label={t("chat.actions", { author })}>
      {isSure ? (
        <>
          <span>{t("chat.sure")}</span>
          <Button
            variant="danger"
            size="sm"
            autoFocus
            onClick={() => {
              setSure(false);
              channel.delete(id).catch(props.onFailure);
            }}
          >
            {t("chat.delete")}
          </Button>
          <Button variant="link" size="sm" onClick={() => setSure(false)}>
            {t("cancel")}
          </Button>
        </>
      ) : (
        <>
          <Button
            variant="plain"
            size="sm"
            aria-label={t("chat.reply")}
            title={t("chat.reply")}
            icon={<ReplyIcon />}
            onClick={() => props.onReply(item)}
          />
          {isMine && item.content !== undefined ? (
            <Button
              variant="plain"
              size="sm"
              aria-label={t("chat.edit")}
              title={t("chat.edit")}
              icon={<PencilIcon />}
              onClick={() => props.onEdit(id)}
            />
          ) : null}
          {isMine || props.mayModerate ? (
            <Button
              variant="plain"
              size="sm"
              aria-label={t("chat.delete")}
              title={t("chat.delete")}
              icon={<TrashIcon />}
              onClick={() => setSure(true)}
            />
          ) : null}
        </>
      )}
    </fieldset>
  );
}
