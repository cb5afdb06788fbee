import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Card, CardBody } from "@patternfly/react-core/dist/esm/components/Card";
import { Form, FormGroup } from "@patternfly/react-core/dist/esm/components/Form";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "./api";
import { BellLogo } from "./BellLogo";
import { Preferences } from "./Preferences";
import { problemText } from "./problems";
import { useSession } from "./session";

/** The page of somebody who is not signed in. */
export function SignIn({ title }: { title: string }) {
  const { t } = useTranslation();
  const { signIn, ended } = useSession();
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const password = useRef<HTMLInputElement>(null);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(null);
    try {
      await signIn(String(form.get("userId")).trim(), String(form.get("password")));
    } catch (failure) {
      const wrong = failure instanceof ApiProblem && failure.code === "UNAUTHENTICATED";
      setProblem(wrong ? t("ui.signIn.wrong") : problemText(t, failure));
      setBusy(false);
      password.current?.select();
    }
  };

  return (
    <main className="ui-sign-in">
      <Card isLarge component="div">
        <CardBody>
          <h1 className="ui-logo">
            <BellLogo />
            <span className="ui-brand">{t("ui.brand")}</span>
            <span className="ui-title">{title}</span>
          </h1>
          <Form onSubmit={submit} aria-label={t("ui.signIn.title")}>
            {problem !== null ? (
              <Alert isInline variant="danger" title={problem} component="p" isLiveRegion />
            ) : ended ? (
              <Alert isInline variant="info" title={t("ui.signIn.ended")} component="p" />
            ) : null}
            <FormGroup label={t("ui.signIn.user")} isRequired fieldId="userId">
              <TextInput
                id="userId"
                name="userId"
                isRequired
                maxLength={64}
                autoComplete="username"
                autoCapitalize="none"
                spellCheck={false}
                autoFocus
              />
            </FormGroup>
            <FormGroup label={t("ui.signIn.password")} isRequired fieldId="password">
              <TextInput
                id="password"
                name="password"
                type="password"
                isRequired
                maxLength={256}
                autoComplete="current-password"
                ref={password}
              />
            </FormGroup>
            <Button type="submit" isBlock isLoading={busy} isDisabled={busy}>
              {busy ? t("ui.signIn.busy") : t("ui.signIn.submit")}
            </Button>
          </Form>
          <Preferences />
        </CardBody>
      </Card>
    </main>
  );
}
