import { useState } from 'preact/hooks';
import { choicesOf, Select, TextField } from '../elements/field.tsx';
import { Trouble } from '../elements/trouble.tsx';
import { useAction } from '../elements/use-action.ts';
import { FakeRefusal } from './fake-bedrock.ts';
import type { FaultsProps } from './faults-props.ts';
import {
  faultOf,
  fieldsOf,
  type RuleField,
  type RuleTexts,
  rangeOf,
  readRule,
} from './rule-form.ts';

/** A form for any rule. Its fields, units and ranges come from the fake’s own description. */
export function RuleEditor({ description, change }: FaultsProps) {
  const [name, setName] = useState(description.faults[0]?.fault ?? '');
  const [texts, setTexts] = useState<RuleTexts>({});
  const adding = useAction<string>();
  const fault = description.faults.find((each) => each.fault === name);
  if (!fault) return null;
  const fields = fieldsOf(description, fault);
  const refused = adding.error instanceof FakeRefusal ? faultOf(adding.error.message) : undefined;
  const isBeside = fields.some((field) => field.name === refused?.field);
  const add = () =>
    adding.start(async () => {
      const read = readRule(name, fields, texts);
      if (!read.valid) throw new FakeRefusal(`${read.field}: ${read.fault}`);
      await change((fake) => fake.add([read.rule]));
      return `The rule ${name} is set.`;
    });
  return (
    <section aria-labelledby="editor">
      <h2 id="editor">Write a rule</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <Select
          label="Fault"
          hint={fault.effect}
          value={name}
          choices={choicesOf(description.faults.map((each) => each.fault))}
          onChange={(next) => {
            adding.clear();
            setName(next);
          }}
        />
        <div class="fields">
          {fields.map((field) => (
            <RuleFieldView
              key={field.name}
              field={field}
              text={texts[field.name] ?? ''}
              fault={refused?.field === field.name ? refused.fault : undefined}
              onInput={(text) => setTexts({ ...texts, [field.name]: text })}
            />
          ))}
        </div>
        <div class="actions">
          <button type="submit" class="primary" aria-disabled={adding.isBusy}>
            Add the rule
          </button>
        </div>
        <p role="status">{adding.result}</p>
        {!isBeside && <Trouble error={adding.error} />}
      </form>
    </section>
  );
}

function RuleFieldView({
  field: { name, schema, isRequired },
  text,
  fault,
  onInput,
}: {
  readonly field: RuleField;
  readonly text: string;
  readonly fault?: string;
  readonly onInput: (text: string) => void;
}) {
  const isPlain = schema.type === 'string';
  const allowed = isPlain ? '' : ` Allowed: ${rangeOf(schema)}.`;
  const hint = `${schema.description ?? ''}${allowed}`;
  const label = isRequired ? `${name} (required)` : name;
  const shared = { label, hint, fault, value: text };
  return schema.enum ? (
    <Select
      {...shared}
      choices={[{ value: '', label: 'default' }, ...choicesOf(schema.enum)]}
      onChange={onInput}
    />
  ) : (
    <TextField {...shared} onInput={onInput} />
  );
}
