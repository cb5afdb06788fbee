import { useTranslation } from "react-i18next";

/** Who is typing. */
export function TypingLine({
  typing,
  names,
}: {
  typing: readonly string[];
  names: ReadonlyMap<string, string>;
}) {
  const { t } = useTranslation();
  const [first, second] = typing.map((id) => names.get(id) ?? id);
  return (
    <p className="chat-typing" role="status">
      {first === undefined
        ? ""
        : second === undefined
          ? t("chat.typingOne", { name: first })
          : typing.length === 2
            ? t("chat.typingTwo", { first, second })
            : t("chat.typingMany")}
    </p>
  );
}
