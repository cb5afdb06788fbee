import { Modal } from "@patternfly/react-core/dist/esm/components/Modal";
import { type KeyboardEvent, useEffect, useId, useState } from "react";
import { type Call, get } from "../api/call.js";
import type { Channel, List, User } from "../api/types.js";
import { useLoad } from "../api/useLoad.js";
import { useSpeech } from "../text/index.js";
import type { PageEntry } from "./pages.js";
import { useMay } from "./rights.js";
import { go, href } from "./router.js";

interface Hit {
  key: string;
  kind: string;
  text: string;
  to: string;
}

const TYPING_MILLIS = 150;
const MAX_HITS = 8;

/** Finds a page, a channel or a user by a part of its name, and goes there. */
export function Palette({
  allowed,
  onClose,
}: {
  allowed: readonly PageEntry[];
  onClose: () => void;
}) {
  const { t } = useSpeech();
  const may = useMay();
  const id = useId();
  const [typed, setTyped] = useState("");
  const asked = useSettled(typed.trim());
  const [chosen, setChosen] = useState(0);

  const search = (right: boolean, at: string): Call | null =>
    right && asked !== "" ? get(at, { q: asked, limit: MAX_HITS }) : null;
  const channels = useLoad<List<Channel>>(search(may("CHANNELS_VIEW"), "admin/channels"));
  const users = useLoad<List<User>>(search(may("USERS_VIEW"), "admin/users"));

  const wanted = typed.trim().toLowerCase();
  const hits: Hit[] = [
    ...allowed
      .filter((page) => t(page.text).toLowerCase().includes(wanted))
      .map((page) => ({
        key: `page ${page.id}`,
        kind: t("palette.page"),
        text: t(page.text),
        to: href([page.id]),
      })),
    ...(asked === "" ? [] : (channels.data?.items ?? [])).map((channel) => ({
      key: `channel ${channel.channelId}`,
      kind: t("palette.channel"),
      text: channel.channelId,
      to: href(["channels", channel.channelId]),
    })),
    ...(asked === "" ? [] : (users.data?.items ?? [])).map((user) => ({
      key: `user ${user.userId}`,
      kind: t("palette.user"),
      text: user.name === user.userId ? user.userId : `${user.name} (${user.userId})`,
      to: href(["users", user.userId]),
    })),
  ];
  const index = Math.min(chosen, hits.length - 1);
  const choose = (hit: Hit | undefined) => {
    if (hit !== undefined) {
      onClose();
      go(hit.to);
    }
  };
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && hits.length > 0) {
      event.preventDefault();
      setChosen((index + step + hits.length) % hits.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      choose(hits[index]);
    }
  };
  return (
    <Modal
      isOpen
      variant="small"
      position="top"
      onClose={onClose}
      aria-label={t("palette.open")}
      className="adm-palette"
      elementToFocus={`#${CSS.escape(`${id}input`)}`}
    >
      <input
        id={`${id}input`}
        className="adm-palette-input"
        role="combobox"
        aria-expanded={hits.length > 0}
        aria-controls={`${id}list`}
        aria-activedescendant={hits.length > 0 ? `${id}${index}` : undefined}
        aria-label={t("palette.open")}
        placeholder={t("palette.placeholder")}
        autoComplete="off"
        maxLength={200}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setChosen(0);
        }}
        onKeyDown={onKey}
      />
      {/* biome-ignore-start lint/a11y/useFocusableInteractive: the combobox has the focus */}
      {/* biome-ignore-start lint/a11y/useKeyWithClickEvents: the combobox has the keys */}
      <div
        id={`${id}list`}
        role="listbox"
        aria-label={t("palette.results")}
        className="adm-palette-list"
      >
        {hits.map((hit, i) => (
          <div
            key={hit.key}
            id={`${id}${i}`}
            role="option"
            aria-selected={i === index}
            onClick={() => choose(hit)}
          >
            <span className="adm-wrap">{hit.text}</span>
            <span className="adm-subtle">{hit.kind}</span>
          </div>
        ))}
      </div>
      {/* biome-ignore-end lint/a11y/useKeyWithClickEvents: the combobox has the keys */}
      {/* biome-ignore-end lint/a11y/useFocusableInteractive: the combobox has the focus */}
      {hits.length === 0 ? (
        <p className="adm-palette-none" role="status">
          {t("palette.none")}
        </p>
      ) : null}
    </Modal>
  );
}

/** A text once nobody has typed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_MILLIS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
