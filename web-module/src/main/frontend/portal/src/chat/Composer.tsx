import { useConnection } from "@carillon/client/react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import ClockIcon from "@patternfly/react-icons/dist/esm/icons/clock-icon";
import PaperPlaneIcon from "@patternfly/react-icons/dist/esm/icons/paper-plane-icon";
import TimesIcon from "@patternfly/react-icons/dist/esm/icons/times-icon";
import {
  type KeyboardEvent,
  type Ref,
  useEffect,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import { readDraft, writeDraft } from "./drafts";
import { complete, type Mentionable, mentionAt, suggestions } from "./mentions";
import { type Quote, withQuote } from "./quote";

/** What others may ask of the composer. */
export interface ComposerHandle {
  focus(): void;
  /** Puts a text where it can be changed, after what is there. */
  insert(text: string): void;
}

interface ComposerProps {
  readonly ref: Ref<ComposerHandle>;
  readonly channelId: string;
  readonly me: string;
  readonly people: readonly Mentionable[];
  readonly quote: Quote | null;
  onQuoteRemoved(): void;
  onSend(content: string): void;
  onType(): void;
  onStopTyping(): void;
  /** The arrow up in an empty box. */
  onEditLast(): void;
}

const MAX_CHARACTERS = 16_000;

/** Where a message is written. Enter sends it, with Shift it begins a new line. */
export function Composer(props: ComposerProps) {
  const { channelId, me, people, quote, ref } = props;
  const { t } = useTranslation();
  const { waiting, live } = useConnection();
  const [text, setText] = useState(() => readDraft(me, channelId));
  const [caret, setCaret] = useState(0);
  const [chosen, setChosen] = useState(0);
  const [dismissed, setDismissed] = useState(-1);
  const box = useRef<HTMLTextAreaElement>(null);
  const listId = useId();

  const query = useMemo(() => mentionAt(text, caret), [text, caret]);
  const offered = useMemo(
    () =>
      query === null || query.start === dismissed
        ? []
        : suggestions(
            people.filter((one) => one.userId !== me),
            query.typed,
          ),
    [query, people, me, dismissed],
  );
  const active = Math.min(chosen, offered.length - 1);

  useEffect(() => writeDraft(me, channelId, text), [me, channelId, text]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: it grows with the text
  useLayoutEffect(() => {
    const element = box.current;
    if (element !== null) {
      element.style.height = "auto";
      element.style.height = `${Math.min(element.scrollHeight + 2, 220)}px`;
    }
  }, [text]);

  useImperativeHandle(
    ref,
    () => ({
      focus: () => box.current?.focus(),
      insert: (more) => {
        setText((present) => (present.trim() === "" ? more : `${present}\n${more}`));
        box.current?.focus();
      },
    }),
    [],
  );

  const change = (value: string, at: number) => {
    setText(value);
    setCaret(at);
    setChosen(0);
    if (value.trim() === "") {
      props.onStopTyping();
    } else {
      props.onType();
    }
  };

  const take = (person: Mentionable) => {
    if (query === null) {
      return;
    }
    const done = complete(text, query, person.userId);
    change(done.text, done.caret);
    requestAnimationFrame(() => {
      box.current?.focus();
      box.current?.setSelectionRange(done.caret, done.caret);
    });
  };

  const send = () => {
    const content = text.trim();
    if (content === "") {
      return;
    }
    props.onSend(quote === null ? content : withQuote(quote, content));
    props.onQuoteRemoved();
    props.onStopTyping();
    setText("");
    setCaret(0);
    box.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) {
      return; // the Enter belongs to the input method
    }
    const person = offered[active];
    if (person !== undefined && ["ArrowDown", "ArrowUp", "Enter", "Tab"].includes(event.key)) {
      event.preventDefault();
      if (event.key === "Enter" || event.key === "Tab") {
        take(person);
      } else {
        const step = event.key === "ArrowDown" ? 1 : offered.length - 1;
        setChosen((active + step) % offered.length);
      }
    } else if (event.key === "Escape" && person !== undefined) {
      event.preventDefault();
      setDismissed(query?.start ?? -1);
    } else if (event.key === "Escape" && quote !== null) {
      props.onQuoteRemoved();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && text === "") {
      event.preventDefault();
      props.onEditLast();
    }
  };

  return (
    <div className="chat-composer">
      {quote === null ? null : (
        <div className="chat-composer-quote">
          <span>
            {t("chat.replyingTo", { author: quote.authorName })} {quote.excerpt}
          </span>
          <Button
            variant="plain"
            size="sm"
            icon={<TimesIcon />}
            aria-label={t("chat.noReply")}
            onClick={props.onQuoteRemoved}
          />
        </div>
      )}
      {offered.length === 0 ? null : (
        <div className="chat-suggestions" role="listbox" id={listId} aria-label={t("chat.mention")}>
          {offered.map((person, index) => (
            <div
              key={person.userId}
              id={`${listId}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              className={index === active ? "chat-suggestion-active" : ""}
              onMouseDown={(event) => {
                event.preventDefault(); // the box keeps the focus
                take(person);
              }}
            >
              <strong>@{person.userId}</strong> {person.name}
            </div>
          ))}
        </div>
      )}
      <div className="chat-composer-row">
        <textarea
          ref={box}
          value={text}
          rows={1}
          maxLength={MAX_CHARACTERS}
          aria-label={t("chat.message")}
          placeholder={t("chat.placeholder")}
          aria-autocomplete="list"
          aria-controls={offered.length > 0 ? listId : undefined}
          aria-activedescendant={offered.length > 0 ? `${listId}-${active}` : undefined}
          onChange={(event) => change(event.target.value, event.target.selectionStart)}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
          onKeyDown={onKeyDown}
          onBlur={props.onStopTyping}
        />
        <Button
          onClick={send}
          isDisabled={text.trim() === ""}
          icon={<PaperPlaneIcon />}
          aria-label={t("chat.send")}
        />
      </div>
      <div className="chat-composer-foot" role="status">
        {waiting > 0 ? (
          <Label isCompact icon={<ClockIcon />} color={live ? "blue" : "orange"}>
            {t("chat.waiting", { count: waiting })}
          </Label>
        ) : null}
      </div>
    </div>
  );
}
