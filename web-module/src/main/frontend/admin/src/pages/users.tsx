import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { useState } from "react";
import { ORG_ROLES, type User } from "../api/types.js";
import { useMay } from "../app/rights.js";
import { go, href, setQuery, usePlace } from "../app/router.js";
import { Dialog } from "../parts/Dialog.js";
import { Empty } from "../parts/Empty.js";
import { ChoiceField, TextField } from "../parts/Fields.js";
import { ChoiceFilter, FilterBar, SearchFilter } from "../parts/Filters.js";
import { PageHead } from "../parts/PageHead.js";
import { Pager } from "../parts/Pager.js";
import { Problem } from "../parts/Problem.js";
import { RowMenu } from "../parts/RowMenu.js";
import { Online, UserLink, When } from "../parts/Shown.js";
import { type Column, Table } from "../parts/Table.js";
import { usePaged } from "../parts/usePaged.js";
import { useSpeech } from "../text/index.js";
import { UserDialog, type UserDoing, userActions } from "./user/UserDialog.js";

/** Everybody in the organization. */
export default function UsersPage() {
  const { t } = useSpeech();
  const may = useMay();
  const { query } = usePlace();
  const [creating, setCreating] = useState(false);
  const [doing, setDoing] = useState<UserDoing | null>(null);
  const sort = query.get("sort") ?? "userId";
  const users = usePaged<User>("admin/users", {
    q: query.get("q"),
    role: query.get("role"),
    locked: query.get("locked"),
    sort,
  });
  const columns: Column<User>[] = [
    {
      key: "userId",
      label: t("userId"),
      sort: "userId",
      render: (user) => <UserLink id={user.userId} />,
    },
    { key: "name", label: t("name"), sort: "name", render: (user) => user.name },
    { key: "role", label: t("role"), render: (user) => t(`role.${user.role}`) },
    {
      key: "state",
      label: t("state"),
      render: (user) => (
        <span className="adm-labels">
          <Online online={user.online} />
          {user.locked ? (
            <Label isCompact color="red">
              {t("users.locked")}
            </Label>
          ) : null}
          {user.local ? null : <Label isCompact>{t("users.external")}</Label>}
        </span>
      ),
    },
    {
      key: "created",
      label: t("created"),
      sort: "createdAt",
      render: (user) => <When at={user.createdAt} />,
    },
  ];
  return (
    <>
      <PageHead
        title={t("page.users")}
        description={t("users.text")}
        actions={
          may("USERS_MANAGE") ? (
            <Button onClick={() => setCreating(true)}>{t("users.create")}</Button>
          ) : null
        }
      />
      <FilterBar>
        <SearchFilter label={t("users.search")} />
        <ChoiceFilter
          name="role"
          label={t("role")}
          choices={ORG_ROLES.map((role) => [role, t(`role.${role}`)])}
        />
        <ChoiceFilter
          name="locked"
          label={t("state")}
          choices={[
            ["true", t("users.locked")],
            ["false", t("users.notLocked")],
          ]}
        />
      </FilterBar>
      <Problem error={users.error} onRetry={users.reload} />
      <Table
        label={t("page.users")}
        columns={columns}
        rows={users.data?.items}
        rowKey={(user) => user.userId}
        loading={users.loading}
        sort={sort}
        onSort={(next) => setQuery({ sort: next, after: null })}
        empty={
          <Empty
            title={t("empty.filter")}
            actions={
              <Button variant="link" onClick={() => go(href(["users"]))}>
                {t("filter.reset")}
              </Button>
            }
          />
        }
        actions={(user) =>
          may("USERS_MANAGE") ? (
            <RowMenu
              label={t("actionsOf", { name: user.userId })}
              actions={userActions(user, t, setDoing)}
            />
          ) : null
        }
      />
      <Pager paged={users} />
      {creating ? (
        <CreateUser
          onClose={() => setCreating(false)}
          onDone={(user) => go(href(["users", user.userId]))}
        />
      ) : null}
      {doing === null ? null : (
        <UserDialog
          {...doing}
          onClose={() => setDoing(null)}
          onDone={() => {
            setDoing(null);
            users.reload();
          }}
        />
      )}
    </>
  );
}

function CreateUser(props: { onClose: () => void; onDone: (user: User) => void }) {
  const { t } = useSpeech();
  const [userId, setUserId] = useState("");
  const [name, setName] = useState("");
  const [role, setRole] = useState("MEMBER");
  const [password, setPassword] = useState("");
  return (
    <Dialog<User>
      title={t("users.create")}
      submit={t("create")}
      call={
        userId.trim() === "" || password.length < 8
          ? null
          : {
              method: "POST",
              path: "admin/users",
              body: { userId: userId.trim(), name: name.trim() || userId.trim(), role, password },
            }
      }
      done={t("users.created", { name: userId })}
      onClose={props.onClose}
      onDone={props.onDone}
    >
      <TextField label={t("userId")} value={userId} maxLength={64} required onChange={setUserId} />
      <TextField label={t("name")} value={name} maxLength={200} onChange={setName} />
      <ChoiceField
        label={t("role")}
        value={role}
        choices={ORG_ROLES.map((one) => [one, t(`role.${one}`)])}
        help={t(`role.help.${role as "MEMBER"}`)}
        onChange={setRole}
      />
      <TextField
        label={t("password")}
        type="password"
        value={password}
        minLength={8}
        maxLength={200}
        required
        help={t("users.passwordHelp")}
        onChange={setPassword}
      />
    </Dialog>
  );
}
