import { Field } from '../elements/field.tsx';
import { type Draft, withForm } from './draft.ts';
import type { DraftFormProps } from './draft-form-props.ts';

const FORMS = [
  ['prompt', 'Prompt'],
  ['json', 'JSON body'],
] as const;

/** The prompt, or the whole body as JSON. */
export function BodyField({
  draft,
  written,
  onChange,
  onSubmit,
  fault,
}: DraftFormProps & { readonly fault?: string }) {
  const isJson = draft.form === 'json';
  const set = (text: string) => onChange({ ...draft, [isJson ? 'json' : 'prompt']: text });
  return (
    <>
      <fieldset class="choice">
        <legend>Write</legend>
        {FORMS.map(([form, label]) => (
          <label key={form}>
            <input
              type="radio"
              name="form"
              checked={draft.form === form}
              onChange={() => onChange(withForm(draft, form as Draft['form']))}
            />
            {label}
          </label>
        ))}
      </fieldset>
      <Field
        label={isJson ? 'JSON body' : 'Prompt'}
        hint={
          isJson
            ? 'The body of POST /v1/jobs: the request of Converse without modelId. The fields above replace theirs.'
            : 'Ctrl + Enter submits.'
        }
        fault={fault ?? (written.valid ? undefined : written.fault)}
      >
        {(attributes) => (
          <textarea
            {...attributes}
            class={isJson ? 'code' : undefined}
            rows={isJson ? 16 : 6}
            spellcheck={!isJson}
            value={isJson ? draft.json : draft.prompt}
            onInput={(event) => set(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) onSubmit();
            }}
          />
        )}
      </Field>
    </>
  );
}
