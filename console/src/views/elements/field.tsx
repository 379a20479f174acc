import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

/** The attributes that tie a control to its label, its hint and its fault. */
export interface ControlAttributes {
  readonly id: string;
  readonly 'aria-describedby'?: string;
  readonly 'aria-invalid'?: 'true';
}

/** A labelled control with a hint and, if it is at fault, the fault. */
export function Field({
  label,
  hint,
  fault,
  children,
}: {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly fault?: string;
  readonly children: (attributes: ControlAttributes) => ComponentChildren;
}) {
  const id = useId();
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        ...(described && { 'aria-describedby': described }),
        ...(fault && { 'aria-invalid': 'true' }),
      })}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {fault && (
        <p class="fault" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </div>
  );
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** A list of choices with its label. */
export function Select({
  label,
  hint,
  fault,
  value,
  choices,
  onChange,
}: {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly fault?: string;
  readonly value: string;
  readonly choices: readonly Choice[];
  readonly onChange: (value: string) => void;
}) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(attributes) => (
        <select
          {...attributes}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** A line of text with its label. */
export function TextField({
  label,
  hint,
  fault,
  value,
  onInput,
  ...others
}: {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly fault?: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly inputMode?: 'decimal' | 'text';
  readonly required?: boolean;
  readonly maxLength?: number;
}) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(attributes) => (
        <input
          {...others}
          {...attributes}
          value={value}
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** Returns choices whose labels are their values. */
export function choicesOf(values: readonly string[]): readonly Choice[] {
  return values.map((value) => ({ value, label: value }));
}
