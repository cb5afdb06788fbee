import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import { FormGroup, FormHelperText } from "@patternfly/react-core/dist/esm/components/Form";
import {
  FormSelect,
  FormSelectOption,
} from "@patternfly/react-core/dist/esm/components/FormSelect";
import { HelperText, HelperTextItem } from "@patternfly/react-core/dist/esm/components/HelperText";
import { TextArea } from "@patternfly/react-core/dist/esm/components/TextArea";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
import { useId } from "react";

interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  required?: boolean;
  help?: string | undefined;
  maxLength?: number;
}

/** One line of text with its label. */
export function TextField(
  props: FieldProps & {
    type?: "text" | "password" | "number" | "datetime-local" | "url";
    min?: number;
    max?: number;
    minLength?: number;
  },
) {
  const id = useId();
  return (
    <FormGroup label={props.label} fieldId={id} isRequired={props.required ?? false}>
      <TextInput
        id={id}
        type={props.type ?? "text"}
        value={props.value}
        isRequired={props.required ?? false}
        maxLength={props.maxLength ?? 1000}
        {...(props.minLength === undefined ? {} : { minLength: props.minLength })}
        {...(props.min === undefined ? {} : { min: props.min })}
        {...(props.max === undefined ? {} : { max: props.max })}
        autoComplete={props.type === "password" ? "new-password" : "off"}
        onChange={(_, value) => props.onChange(value)}
        aria-describedby={`${id}help`}
      />
      <Help id={`${id}help`} text={props.help} />
    </FormGroup>
  );
}

/** Several lines of text with their label. */
export function AreaField(props: FieldProps) {
  const id = useId();
  return (
    <FormGroup label={props.label} fieldId={id} isRequired={props.required ?? false}>
      <TextArea
        id={id}
        value={props.value}
        isRequired={props.required ?? false}
        maxLength={props.maxLength ?? 4000}
        resizeOrientation="vertical"
        autoResize
        onChange={(_, value) => props.onChange(value)}
        aria-describedby={`${id}help`}
      />
      <Help id={`${id}help`} text={props.help} />
    </FormGroup>
  );
}

/** A choice with its label. */
export function ChoiceField(
  props: FieldProps & { choices: readonly (readonly [value: string, label: string])[] },
) {
  const id = useId();
  return (
    <FormGroup label={props.label} fieldId={id} isRequired={props.required ?? false}>
      <FormSelect
        id={id}
        value={props.value}
        onChange={(_, value) => props.onChange(value)}
        aria-describedby={`${id}help`}
      >
        {props.choices.map(([value, label]) => (
          <FormSelectOption key={value} value={value} label={label} />
        ))}
      </FormSelect>
      <Help id={`${id}help`} text={props.help} />
    </FormGroup>
  );
}

/** A yes or no. */
export function TickField(props: {
  label: string;
  value: boolean;
  onChange: (value: boolean) => void;
  help?: string;
}) {
  const id = useId();
  return (
    <Checkbox
      id={id}
      label={props.label}
      isChecked={props.value}
      onChange={(_, value) => props.onChange(value)}
      {...(props.help === undefined ? {} : { description: props.help })}
    />
  );
}

function Help({ id, text }: { id: string; text?: string | undefined }) {
  return text === undefined ? null : (
    <FormHelperText>
      <HelperText>
        <HelperTextItem id={id}>{text}</HelperTextItem>
      </HelperText>
    </FormHelperText>
  );
}
