import type { MessageItem } from "@carillon/client/react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { excerptOf } from "./quote";
import { textOf } from "./rows";

const PAUSE_MILLIS = 1_000;

/**
 * Tells screen readers of what others write, politely: one message by its text, several by their
 * number. The list itself is no live region: scrolling in it would be read out.
 */
export function Arrivals({ items, me }: { items: readonly MessageItem[]; me: string }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const told = useRef<number | null>(null);
  useEffect(() => {
    const last = items.findLast((item) => item.offset !== undefined)?.offset ?? 0;
    if (told.current === null) {
      told.current = last; // what was there is no arrival
      return;
    }
    const timer = setTimeout(() => {
      const arrived = items.filter(
        (item) => (item.offset ?? 0) > (told.current ?? 0) && item.authorId !== me && !item.deleted,
      );
      told.current = Math.max(told.current ?? 0, last);
      const latest = arrived.at(-1);
      if (latest !== undefined) {
        const author = latest.author?.name ?? latest.authorId ?? "";
        setText(
          arrived.length === 1
            ? t("chat.arrived", { author, text: excerptOf(textOf(latest)) })
            : t("chat.arrivedMany", { count: arrived.length }),
        );
      }
    }, PAUSE_MILLIS);
    return () => clearTimeout(timer);
  }, [items, me, t]);
  return (
    <div className="pf-v6-screen-reader" role="status">
      {text}
    </div>
  );
}
