import { useTranslation } from "react-i18next";

const COLORS = 8;

/** Somebody's first letter on a colour of their own, and a dot for whether they are there. */
export function Face({
  userId,
  name,
  isOnline,
}: {
  userId: string;
  name: string;
  isOnline?: boolean;
}) {
  const { t } = useTranslation();
  const sum = [...userId].reduce((total, sign) => total + (sign.codePointAt(0) ?? 0), 0);
  return (
    <span className="chat-face">
      <span className={`chat-letter chat-letter-${sum % COLORS}`} aria-hidden="true">
        {[...name][0]?.toLocaleUpperCase() ?? "?"}
      </span>
      {isOnline === undefined ? null : (
        <span
          className={isOnline ? "chat-dot chat-dot-on" : "chat-dot"}
          role="img"
          aria-label={t(isOnline ? "members.online" : "members.offline")}
          title={t(isOnline ? "members.online" : "members.offline")}
        />
      )}
    </span>
  );
}
