import type { MessageItem, UseChannel } from "@carillon/client/react";
import { Badge } from "@patternfly/react-core/dist/esm/components/Badge";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Spinner } from "@patternfly/react-core/dist/esm/components/Spinner";
import ArrowDownIcon from "@patternfly/react-icons/dist/esm/icons/arrow-down-icon";
import {
  type KeyboardEvent,
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import { VList, type VListHandle } from "virtua";
import { dayName } from "../days";
import { Arrivals } from "./Arrivals";
import { MessageLine } from "./MessageLine";
import { type Row, rowsOf } from "./rows";

/** What others may ask of the log. */
export interface ChatLogHandle {
  /** Scrolls to the message at an offset, if it is loaded or can be. */
  show(offset: number): void;
  toEnd(): void;
}

interface ChatLogProps {
  readonly ref: Ref<ChatLogHandle>;
  readonly channelId: string;
  readonly channel: UseChannel;
  readonly items: readonly MessageItem[];
  readonly me: string;
  readonly myName: string;
  /** Offset up to which I have read; null where nothing is to be marked, undefined until it is known. */
  readonly lastRead: number | null | undefined;
  readonly target: number | null;
  readonly mayModerate: boolean;
  readonly editing: string | null;
  isOnline(userId: string): boolean;
  onEdit(messageId: string | null): void;
  onReply(item: MessageItem): void;
  /** Puts a failed message back where it can be changed. */
  onTakeBack(item: MessageItem): void;
  onQuoteFollowed(offset: number): void;
  onFailure(failure: unknown): void;
}

const NEAR_PIXELS = 40;
const LOAD_AT_PIXELS = 600;
const MAX_PAGES_TO_TARGET = 20;

/** A channel's messages: only what is in view is in the page, however many there are. */
export function ChatLog(props: ChatLogProps) {
  const { channel, items, me, lastRead, target, ref } = props;
  const { t, i18n } = useTranslation();
  const section = useRef<HTMLElement>(null);
  const list = useRef<VListHandle>(null);
  // Null until it has been measured: what nobody has looked at is not read.
  const [atEnd, setAtEnd] = useState<boolean | null>(null);
  const atEndNow = useRef(true);
  const loading = useRef(false);
  const [isLoading, setLoading] = useState(false);
  const placed = useRef(false);
  const [marked, setMarked] = useState<number | null>(target);
  // The line stays where it was when the chat was opened, however much is read meanwhile.
  const openedAt = useRef(lastRead);
  if (openedAt.current === undefined) {
    openedAt.current = lastRead;
  }
  const { current: lineAfter = null } = openedAt;
  const rows = useMemo(() => rowsOf(items, lineAfter, me), [items, lineAfter, me]);

  // Older ones come in above: what is in view then has to stay where it is.
  const firstKey = items[0]?.key;
  const shownFirst = useRef(firstKey);
  const lastKey = items.at(-1)?.key;
  const shownLast = useRef(lastKey);
  const isPrepended = firstKey !== shownFirst.current && lastKey === shownLast.current;
  useLayoutEffect(() => {
    shownFirst.current = firstKey;
    shownLast.current = lastKey;
  });

  const loadOlder = useCallback(async () => {
    if (loading.current || !channel.hasMore || channel.status !== "live") {
      return;
    }
    loading.current = true;
    setLoading(true);
    try {
      await channel.loadOlder();
    } catch {
      // No connection: scrolling on tries again.
    } finally {
      loading.current = false;
      setLoading(false);
    }
  }, [channel.hasMore, channel.status, channel.loadOlder]);

  const indexOf = useCallback(
    (offset: number) =>
      rows.findIndex((row) => row.kind === "message" && (row.item.offset ?? 0) >= offset),
    [rows],
  );

  const rowCount = useRef(0);
  rowCount.current = rows.length;
  const scrollToEnd = useCallback(
    () => list.current?.scrollToIndex(rowCount.current - 1, { align: "end" }),
    [],
  );
  const toEnd = useCallback(() => {
    atEndNow.current = true;
    setAtEnd(true);
    requestAnimationFrame(scrollToEnd);
  }, [scrollToEnd]);

  const measure = useCallback(() => {
    const view = section.current?.querySelector(".chat-list");
    if (view) {
      atEndNow.current = view.scrollHeight - view.scrollTop - view.clientHeight < NEAR_PIXELS;
      setAtEnd(atEndNow.current);
    }
  }, []);

  // Messages take their place by and by, and windows change: the end stays the end, and what has
  // come into view is read although nobody scrolled.
  useEffect(() => {
    const view = section.current?.querySelector(".chat-list");
    let frame = 0;
    const settled = () => {
      if (placed.current && atEndNow.current) {
        scrollToEnd();
      } else if (placed.current) {
        measure();
      }
    };
    const observer = new ResizeObserver(() => {
      cancelAnimationFrame(frame);
      // Heights are guessed at first: what only seemed to fit is not read.
      frame = requestAnimationFrame(() => {
        frame = requestAnimationFrame(settled);
      });
    });
    for (const element of [view, view?.firstElementChild]) {
      if (element) {
        observer.observe(element);
      }
    }
    return () => {
      observer.disconnect();
      cancelAnimationFrame(frame);
    };
  }, [measure, scrollToEnd]);

  useImperativeHandle(ref, () => ({ show: (offset) => setMarked(offset), toEnd }), [toEnd]);

  useEffect(() => {
    if (target !== null) {
      setMarked(target);
    }
  }, [target]);

  // Goes to the marked message, loading the pages in between.
  const pages = useRef(0);
  useEffect(() => {
    if (marked === null || rows.length === 0) {
      return;
    }
    const first = items.find((item) => item.offset !== undefined)?.offset ?? 0;
    if (marked < first && channel.hasMore && pages.current < MAX_PAGES_TO_TARGET) {
      pages.current++;
      loadOlder();
      return;
    }
    pages.current = 0;
    const index = indexOf(marked);
    if (index >= 0) {
      placed.current = true;
      atEndNow.current = false;
      list.current?.scrollToIndex(index, { align: "center" });
    }
    const timer = setTimeout(() => setMarked(null), 3_000);
    return () => clearTimeout(timer);
  }, [marked, rows.length, items, channel.hasMore, loadOlder, indexOf]);

  // Opens at what is new, else at the end; then stays at the end while the reader is there.
  const isKnown = lastRead !== undefined;
  useLayoutEffect(() => {
    if (rows.length === 0 || !isKnown) {
      return;
    }
    if (!placed.current) {
      placed.current = true;
      const index = rows.findIndex((row) => row.kind === "new");
      if (index >= 0) {
        atEndNow.current = false;
        list.current?.scrollToIndex(index, { align: "start" });
        return;
      }
      setAtEnd(true);
    }
    if (atEndNow.current) {
      scrollToEnd();
    }
  }, [rows, isKnown, scrollToEnd]);

  // Read is what was at the end of a page that somebody could see.
  const lastOffset = items.findLast((item) => item.offset !== undefined)?.offset ?? 0;
  const isSeen = atEnd === true && channel.status === "live" && typeof lastRead === "number";
  const { markRead } = channel;
  useEffect(() => {
    const mark = () => {
      if (isSeen && lastOffset > 0 && document.visibilityState === "visible") {
        markRead(lastOffset).catch(() => {}); // the next one says it, too
      }
    };
    mark();
    document.addEventListener("visibilitychange", mark);
    return () => document.removeEventListener("visibilitychange", mark);
  }, [isSeen, lastOffset, markRead]);

  const onScroll = (offset: number) => {
    measure();
    if (offset < LOAD_AT_PIXELS) {
      loadOlder();
    }
  };

  const missed = useMissed(items, atEnd !== false, me);
  return (
    <section ref={section} className="chat-log" aria-label={t("chat.log")} onKeyDown={moveByArrows}>
      {isLoading ? (
        <div className="chat-loading">
          <Spinner size="md" aria-label={t("chat.loadingOlder")} />
        </div>
      ) : null}
      {rows.length === 0 && channel.status === "live" ? (
        <p className="chat-empty">{t("chat.empty")}</p>
      ) : null}
      <VList ref={list} shift={isPrepended} onScroll={onScroll} className="chat-list" tabIndex={0}>
        {rows.map((row) => (
          <ChatRow key={row.key} row={row} props={props} marked={marked} language={i18n.language} />
        ))}
      </VList>
      {atEnd !== false ? null : (
        <Button
          className="chat-to-end"
          variant="secondary"
          icon={<ArrowDownIcon />}
          onClick={toEnd}
          aria-label={missed > 0 ? t("chat.toEndNew", { count: missed }) : t("chat.toEnd")}
        >
          {missed > 0 ? <Badge>{missed}</Badge> : null}
        </Button>
      )}
      <Arrivals items={items} me={me} />
    </section>
  );
}

interface ChatRowProps {
  readonly row: Row;
  readonly props: ChatLogProps;
  readonly marked: number | null;
  readonly language: string;
}

function ChatRow({ row, props, marked, language }: ChatRowProps) {
  const { t } = useTranslation();
  switch (row.kind) {
    case "day":
      return (
        <div className="chat-separator">
          <span>{dayName(row.moment, language)}</span>
        </div>
      );
    case "new":
      return (
        <div className="chat-separator chat-separator-new">
          <span>{t("chat.new")}</span>
        </div>
      );
    case "message":
      return (
        <MessageLine
          item={row.item}
          continued={row.continued}
          me={props.me}
          myName={props.myName}
          isOnline={props.isOnline(row.item.authorId ?? props.me)}
          mayModerate={props.mayModerate}
          isMarked={marked !== null && row.item.offset === marked}
          isEditing={props.editing !== null && row.item.id === props.editing}
          channel={props.channel}
          onEdit={props.onEdit}
          onReply={props.onReply}
          onTakeBack={props.onTakeBack}
          onQuoteFollowed={props.onQuoteFollowed}
          onFailure={props.onFailure}
        />
      );
  }
}

/** How many messages of others have come in below what is in view. */
function useMissed(items: readonly MessageItem[], atEnd: boolean, me: string): number {
  const last = items.findLast((item) => item.offset !== undefined)?.offset ?? 0;
  const [seen, setSeen] = useState(last);
  useEffect(() => {
    if (atEnd) {
      setSeen(last);
    }
  }, [atEnd, last]);
  return atEnd
    ? 0
    : items.filter((item) => (item.offset ?? 0) > seen && item.authorId !== me).length;
}

/** Up and down go from message to message. */
function moveByArrows(event: KeyboardEvent<HTMLElement>) {
  if (event.key !== "ArrowUp" && event.key !== "ArrowDown") {
    return;
  }
  const target = event.target as HTMLElement;
  if (target.closest("textarea, input, [role=menu]") !== null) {
    return;
  }
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>("article")];
  if (all.length === 0) {
    return;
  }
  const present = target.closest("article");
  const index = present === null ? all.length : all.indexOf(present as HTMLElement);
  const next = all[index + (event.key === "ArrowUp" ? -1 : 1)];
  if (next !== undefined) {
    event.preventDefault();
    next.focus();
  }
}
