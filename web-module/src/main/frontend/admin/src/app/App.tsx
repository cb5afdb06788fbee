import { useLanguage, useSession } from "@carillon/ui";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Spinner } from "@patternfly/react-core/dist/esm/components/Spinner";
import LockIcon from "@patternfly/react-icons/dist/esm/icons/lock-icon";
import { useMemo } from "react";
import { get } from "../api/call.js";
import { useLoad } from "../api/useLoad.js";
import { Empty } from "../parts/Empty.js";
import { Problem } from "../parts/Problem.js";
import { de } from "../text/de.js";
import { en } from "../text/en.js";
import { SpeechProvider, useSpeech } from "../text/index.js";
import { Console } from "./Console.js";
import { type Me, SelfContext, selfOf } from "./rights.js";

const texts = { en, de };
const ME = get("me");

/** The console for whoever is signed in, as far as the server lets them. */
export function App() {
  const { language } = useLanguage();
  return (
    <SpeechProvider language={language} texts={texts[language]}>
      <Gate />
    </SpeechProvider>
  );
}

function Gate() {
  const { t } = useSpeech();
  const { signOut } = useSession();
  const me = useLoad<Me>(ME);
  const self = useMemo(() => (me.data === undefined ? null : selfOf(me.data)), [me.data]);
  if (me.error !== undefined && self === null) {
    return (
      <main className="adm-gate">
        <Problem error={me.error} onRetry={me.reload} />
      </main>
    );
  }
  if (self === null) {
    return (
      <main className="adm-gate">
        <Spinner aria-label={t("loading")} />
      </main>
    );
  }
  if (self.rights.size === 0) {
    return (
      <main className="adm-gate">
        <Empty
          icon={LockIcon}
          title={t("gate.title")}
          text={t("gate.text", { name: self.name, role: t(`role.${self.role}`) })}
          actions={
            <>
              <Button onClick={() => signOut()}>{t("gate.other")}</Button>
              <Button variant="link" component="a" href="../portal/">
                {t("gate.portal")}
              </Button>
            </>
          }
        />
      </main>
    );
  }
  return (
    <SelfContext value={self}>
      <Console />
    </SelfContext>
  );
}
