import {
  Dropdown,
  DropdownItem,
  DropdownList,
} from "@patternfly/react-core/dist/esm/components/Dropdown";
import { MenuToggle } from "@patternfly/react-core/dist/esm/components/MenuToggle";
import EllipsisVIcon from "@patternfly/react-icons/dist/esm/icons/ellipsis-v-icon";
import { useState } from "react";

/** One thing to do. */
export interface MenuAction {
  label: string;
  danger?: boolean;
  onClick: () => void;
}

/** What can be done with a row or a page; nothing where there is nothing. */
export function RowMenu({
  label,
  actions,
  text,
}: {
  label: string;
  actions: readonly MenuAction[];
  text?: string;
}) {
  const [open, setOpen] = useState(false);
  if (actions.length === 0) {
    return null;
  }
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      popperProps={{ position: "right" }}
      shouldFocusToggleOnSelect
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          variant={text === undefined ? "plain" : "default"}
          isExpanded={open}
          onClick={() => setOpen((before) => !before)}
          aria-label={label}
          {...(text === undefined ? { icon: <EllipsisVIcon /> } : {})}
        >
          {text}
        </MenuToggle>
      )}
    >
      <DropdownList>
        {actions.map((action) => (
          <DropdownItem
            key={action.label}
            isDanger={action.danger ?? false}
            onClick={action.onClick}
          >
            {action.label}
          </DropdownItem>
        ))}
      </DropdownList>
    </Dropdown>
  );
}
