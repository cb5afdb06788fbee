import {
  FormSelect,
  FormSelectOption,
} from "@patternfly/react-core/dist/esm/components/FormSelect";
import { SearchInput } from "@patternfly/react-core/dist/esm/components/SearchInput";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { setQuery, usePlace } from "../app/router.js";
import { useSpeech } from "../text/index.js";

const TYPING_MILLIS = 250;

/** The filters above a list; they wrap on narrow screens. */
export function FilterBar({ children }: { children: ReactNode }) {
  return <search className="adm-filters">{children}</search>;
}

/** A text that is kept in the address under a name, once somebody stops typing. */
function useTyped(name: string): [string, (value: string) => void] {
  const kept = usePlace().query.get(name) ?? "";
  const [typed, setTyped] = useState(kept);
  const last = useRef(kept);
  if (last.current !== kept) {
    last.current = kept; // changed from elsewhere: the way back, a link
    setTyped(kept);
  }
  useEffect(() => {
    if (typed !== last.current) {
      const timer = setTimeout(() => {
        last.current = typed;
        setQuery({ [name]: typed, after: null });
      }, TYPING_MILLIS);
      return () => clearTimeout(timer);
    }
  }, [typed, name]);
  return [typed, setTyped];
}

/** The search of a list; `/` goes there. */
export function SearchFilter({ name = "q", label }: { name?: string; label: string }) {
  const { t } = useSpeech();
  const [typed, setTyped] = useTyped(name);
  return (
    <SearchInput
      className="adm-filter-search"
      aria-label={label}
      placeholder={label}
      value={typed}
      onChange={(_, value) => setTyped(value)}
      onClear={() => setTyped("")}
      resetButtonLabel={t("filter.clear")}
      inputProps={{ "data-search": true, maxLength: 200 }}
    />
  );
}

/** A further text to filter by. */
export function TextFilter(props: {
  name: string;
  label: string;
  type?: "text" | "datetime-local";
}) {
  const [typed, setTyped] = useTyped(props.name);
  const id = useId();
  return (
    <div className="adm-filter">
      <label htmlFor={id}>{props.label}</label>
      <TextInput
        value={typed}
        type={props.type ?? "text"}
        onChange={(_, value) => setTyped(value)}
        id={id}
        maxLength={200}
      />
    </div>
  );
}

/** A choice to filter by; the empty one filters nothing. */
export function ChoiceFilter(props: {
  name: string;
  label: string;
  choices: readonly (readonly [value: string, label: string])[];
}) {
  const { t } = useSpeech();
  const value = usePlace().query.get(props.name) ?? "";
  const id = useId();
  return (
    <div className="adm-filter">
      <label htmlFor={id}>{props.label}</label>
      <FormSelect
        id={id}
        value={value}
        onChange={(_, chosen) => setQuery({ [props.name]: chosen, after: null })}
      >
        <FormSelectOption value="" label={t("filter.any")} />
        {props.choices.map(([choice, label]) => (
          <FormSelectOption key={choice} value={choice} label={label} />
        ))}
      </FormSelect>
    </div>
  );
}
