import type { TodoItem } from "@carillon/client";
import { type UseTodos, useTodos } from "@carillon/client/react";
import { problemText, useToasts } from "@carillon/ui";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import { EmptyState, EmptyStateBody } from "@patternfly/react-core/dist/esm/components/EmptyState";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
import LockIcon from "@patternfly/react-icons/dist/esm/icons/lock-icon";
import PencilIcon from "@patternfly/react-icons/dist/esm/icons/pencil-alt-icon";
import TrashIcon from "@patternfly/react-icons/dist/esm/icons/trash-icon";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useChannels } from "../channels/channels";
import { nameOf } from "../channels/unread";
import { Loading } from "../Loading";

const MAX_CHARACTERS = 2_000;

/** A shared list: every change is there at once, and a conflict asks whose it is to be. */
export default function TodoPage({ listId }: { listId: string }) {
  const { t } = useTranslation();
  const { channels } = useChannels();
  const summary = channels?.find((one) => one.channelId === listId);
  const todos = useTodos(listId, { conflicts: "merge" });
  const toasts = useToasts();
  const [text, setText] = useState("");
  useConflictToasts(todos);

  const report = (failure: unknown) => {
    if ((failure as { code?: string }).code !== "CONFLICT") {
      toasts.show({ variant: "danger", title: problemText(t, failure) });
    }
  };
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== "") {
      todos.add(text.trim()).catch(report);
      setText("");
    }
  };

  if (todos.status === "refused") {
    return (
      <EmptyState titleText={t("todos.refused")} headingLevel="h1" icon={LockIcon}>
        <EmptyStateBody>{problemText(t, todos.error)}</EmptyStateBody>
      </EmptyState>
    );
  }
  const open = todos.items.filter((item) => !item.completed).length;
  return (
    <section className="portal-page" aria-labelledby="list-title">
      <h1 id="list-title" className="portal-page-title">
        {nameOf(summary ?? { channelId: listId })}
      </h1>
      <p className="chat-subtle" role="status">
        {t("todos.open", { count: open })}
      </p>
      <form onSubmit={add} className="portal-add">
        <TextInput
          aria-label={t("todos.new")}
          placeholder={t("todos.new")}
          value={text}
          maxLength={MAX_CHARACTERS}
          autoComplete="off"
          onChange={(_event, value) => setText(value)}
        />
        <Button type="submit" isDisabled={text.trim() === ""}>
          {t("todos.add")}
        </Button>
      </form>
      {todos.status === "loading" ? <Loading /> : null}
      {todos.status === "live" && todos.items.length === 0 ? <p>{t("todos.none")}</p> : null}
      <ul className="portal-todos">
        {todos.items.map((item) => (
          <TodoLine key={item.clientId ?? item.id} item={item} todos={todos} onFailure={report} />
        ))}
      </ul>
    </section>
  );
}

interface TodoLineProps {
  readonly item: TodoItem;
  readonly todos: UseTodos;
  onFailure(failure: unknown): void;
}

function TodoLine({ item, todos, onFailure }: TodoLineProps) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<string | null>(null);
  const save = (event: FormEvent) => {
    event.preventDefault();
    const text = draft?.trim() ?? "";
    if (text !== "" && text !== item.text) {
      todos.change(item.id, { text }).catch(onFailure);
    }
    setDraft(null);
  };
  return (
    <li className={`portal-todo portal-todo-${item.state}`}>
      {draft === null ? (
        <Checkbox
          id={`todo-${item.id}`}
          label={<span className={item.completed ? "portal-done" : ""}>{item.text}</span>}
          isChecked={item.completed}
          onChange={() => todos.toggle(item.id).catch(onFailure)}
        />
      ) : (
        <form onSubmit={save} className="portal-add">
          <TextInput
            aria-label={t("todos.editLabel")}
            value={draft}
            maxLength={MAX_CHARACTERS}
            autoFocus
            onChange={(_event, value) => setDraft(value)}
            onKeyDown={(event) => {
              if (event.key === "Escape") {
                setDraft(null);
              }
            }}
          />
          <Button type="submit" size="sm">
            {t("save")}
          </Button>
          <Button size="sm" variant="link" onClick={() => setDraft(null)}>
            {t("cancel")}
          </Button>
        </form>
      )}
      {draft === null ? (
        <span className="portal-todo-actions">
          {item.state === "failed" ? (
            <Button variant="link" isInline onClick={() => todos.retry(item.id).catch(onFailure)}>
              {t("chat.retry")}
            </Button>
          ) : null}
          <Button
            variant="plain"
            size="sm"
            icon={<PencilIcon />}
            aria-label={t("todos.edit", { text: item.text })}
            onClick={() => setDraft(item.text)}
          />
          <Button
            variant="plain"
            size="sm"
            icon={<TrashIcon />}
            aria-label={t("todos.delete", { text: item.text })}
            onClick={() => todos.remove(item.id).catch(onFailure)}
          />
        </span>
      ) : null}
    </li>
  );
}

/** A conflict is shown once for each, with both sides: mine goes on top, theirs stays. */
function useConflictToasts(todos: UseTodos) {
  const { t } = useTranslation();
  const toasts = useToasts();
  const told = useRef(new Map<string, unknown>());
  const { items, retry, discard } = todos;
  useEffect(() => {
    for (const item of items) {
      if (item.state !== "failed" || item.error?.code !== "CONFLICT") {
        told.current.delete(item.id);
        continue;
      }
      if (told.current.get(item.id) === item.error) {
        continue;
      }
      told.current.set(item.id, item.error);
      toasts.show({
        variant: "warning",
        stays: true,
        title: t("todos.conflict"),
        text: (
          <dl className="portal-conflict">
            <dt>{t("todos.mineIs")}</dt>
            <dd>{mineText(item, t("todos.deleted"))}</dd>
            <dt>{t("todos.theirsIs")}</dt>
            <dd>{theirsText(item)}</dd>
          </dl>
        ),
        actions: (close) => (
          <>
            <Button
              variant="link"
              isInline
              onClick={() => {
                close();
                retry(item.id).catch(() => {}); // a new conflict asks anew
              }}
            >
              {t("todos.mine")}
            </Button>
            <Button
              variant="link"
              isInline
              onClick={() => {
                close();
                discard(item.id);
              }}
            >
              {t("todos.theirs")}
            </Button>
          </>
        ),
      });
    }
  }, [items, retry, discard, toasts, t]);
}

function mineText(item: TodoItem, deleted: string): string {
  if (item.mine === "deleted") {
    return deleted;
  }
  const completed = item.mine?.completed ?? item.completed;
  return `${completed ? "☑" : "☐"} ${item.mine?.text ?? item.text}`;
}

function theirsText(item: TodoItem): string {
  const theirs = item.error?.current as { text?: unknown; completed?: unknown } | undefined;
  const text = typeof theirs?.text === "string" ? theirs.text : item.text;
  return `${theirs?.completed === true ? "☑" : "☐"} ${text}`;
}
