import { WHEN_OPEN, type WhenOpen } from '../../../../lambda/contract/words.ts';
import type { Instance } from '../../../contract/snapshot.ts';
import { choicesOf, Select, TextField } from '../elements/field.tsx';
import { BodyField } from './body-field.tsx';
import type { Draft } from './draft.ts';
import type { DraftFormProps } from './draft-form-props.ts';

/** The fields of the API that have a field of their own in the form. */
export const FORM_FIELDS = ['chain', 'minTier', 'whenOpen', 'Idempotency-Key', 'prompt'] as const;

const WHEN_OPEN_WORDS: Readonly<Record<WhenOpen, string>> = {
  fallback: 'fallback: try other tiers, then wait',
  queue: 'queue: wait for the first tier',
  fail: 'fail: try other tiers, then end',
};

export function DraftForm(props: DraftFormProps) {
  const { draft, instance, faults, isBusy, onChange, onSubmit } = props;
  const set = (change: Partial<Draft>) => onChange({ ...draft, ...change });
  const faultOf = (name: (typeof FORM_FIELDS)[number]) =>
    faults.find(({ field }) => field === name)?.detail;
  const names = instance.chains.map(({ chain }) => chain);
  const tiers = tiersOf(instance, draft.chain);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <div class="fields">
        <Select
          label="Tenant"
          value={draft.tenant}
          choices={choicesOf(instance.tenants)}
          onChange={(tenant) => set({ tenant })}
        />
        <Select
          label="Chain"
          fault={faultOf('chain')}
          value={draft.chain}
          choices={[
            { value: '', label: `${names[0] ?? 'none'} (default)` },
            ...choicesOf(withChosen(names.slice(1), draft.chain)),
          ]}
          onChange={(chain) => set({ chain, minTier: '' })}
        />
        <Select
          label="Last tier"
          fault={faultOf('minTier')}
          value={draft.minTier}
          choices={[
            { value: '', label: 'any tier may answer' },
            ...choicesOf(withChosen(tiers, draft.minTier)),
          ]}
          onChange={(minTier) => set({ minTier })}
        />
        <Select
          label="While circuits are open"
          fault={faultOf('whenOpen')}
          value={draft.whenOpen}
          choices={[
            { value: '', label: 'default (fallback)' },
            ...WHEN_OPEN.map((value) => ({ value, label: WHEN_OPEN_WORDS[value] })),
          ]}
          onChange={(whenOpen) => set({ whenOpen: whenOpen as Draft['whenOpen'] })}
        />
      </div>
      <BodyField {...props} fault={faultOf('prompt')} />
      <TextField
        label="Idempotency key"
        hint="A repeat with the same key gets the job of the first request."
        fault={faultOf('Idempotency-Key')}
        value={draft.idempotencyKey}
        onInput={(idempotencyKey) => set({ idempotencyKey })}
      />
      <div class="actions">
        <button type="submit" class="primary" aria-disabled={isBusy || draft.tenant === ''}>
          {isBusy ? 'Submitting' : 'Submit'}
        </button>
      </div>
    </form>
  );
}

function tiersOf({ chains }: Instance, name: string): readonly string[] {
  const chain = chains.find(({ chain }) => chain === name) ?? chains[0];
  return (chain?.tiers ?? []).map(({ tier }) => tier);
}

/** Keeps a value that the settings no longer have, so that the form shows what it sends. */
function withChosen(names: readonly string[], chosen: string): readonly string[] {
  return chosen === '' || names.includes(chosen) ? names : [...names, chosen];
}
