import { Modal, ModalBody, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import { useSpeech } from "../text/index.js";
import type { PageEntry } from "./pages.js";

/** The keys of the console. */
export function KeyboardHelp({
  allowed,
  onClose,
}: {
  allowed: readonly PageEntry[];
  onClose: () => void;
}) {
  const { t } = useSpeech();
  const keys: [string[], string][] = [
    [["Ctrl", "K"], t("help.palette")],
    [["/"], t("help.search")],
    [["?"], t("help.help")],
    [["Esc"], t("help.escape")],
    ...allowed.map((page): [string[], string] => [
      ["g", page.shortcut],
      t("help.page", { page: t(page.text) }),
    ]),
  ];
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="help-title">
      <ModalHeader title={t("help.title")} labelId="help-title" />
      <ModalBody>
        <dl className="adm-keys">
          {keys.map(([combination, text]) => (
            <div key={text}>
              <dt>
                {combination.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      </ModalBody>
    </Modal>
  );
}
