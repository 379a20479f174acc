import { useState } from 'preact/hooks';
import {
  OVERRIDE_MODES,
  type OverrideMode,
  type OverrideScope,
} from '../../../../lambda/contract/words.ts';
import { Confirm } from '../elements/confirm.tsx';
import { choicesOf, Select, TextField } from '../elements/field.tsx';
import { faultsOf, Trouble } from '../elements/trouble.tsx';
import { useAction } from '../elements/use-action.ts';
import { shortTarget } from '../format.ts';
import type { ViewProps } from '../view-props.ts';
import type { AdminHealth } from './health-words.ts';
import {
  type DurationUnit,
  durationFault,
  keysOf,
  MODE_WORDS,
  needsConfirmation,
  type OverrideDraft,
  overrideBody,
  scopesOf,
  UNITS,
  withScope,
} from './override-form.ts';

const FIELDS = ['mode', 'reason', 'expiresInSeconds', 'expiresAt'] as const;

export function OverrideFormView({
  health,
  api,
  draft,
  onChange,
}: ViewProps & {
  readonly health: AdminHealth;
  readonly draft: OverrideDraft;
  readonly onChange: (draft: OverrideDraft) => void;
}) {
  const setting = useAction<string>();
  const [asks, setAsks] = useState(false);
  const [isTried, setTried] = useState(false);
  const set = (change: Partial<OverrideDraft>) => onChange({ ...draft, ...change });
  const faultOf = (...names: readonly string[]) =>
    faultsOf(setting.error).find(({ field }) => names.includes(field))?.detail;
  const start = () =>
    setting.start(async () => {
      await api.operator.override(draft.scope, draft.key, overrideBody(draft));
      setTried(false);
      return `The ${draft.scope} ${draft.key} is overridden: ${draft.mode}. Every worker applies it within 5 s.`;
    });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (durationFault(draft)) return;
        if (needsConfirmation(draft)) setAsks(true);
        else void start();
      }}
    >
      <div class="fields">
        <Select
          label="Scope"
          value={draft.scope}
          choices={choicesOf(scopesOf(health))}
          onChange={(scope) => onChange(withScope(draft, scope as OverrideScope, health))}
        />
        <Select
          label="Name"
          value={draft.key}
          choices={keysOf(health)[draft.scope].map((value) => ({
            value,
            label: draft.scope === 'target' ? shortTarget(value) : value,
          }))}
          onChange={(key) => set({ key })}
        />
        <Select
          label="Mode"
          fault={faultOf('mode')}
          value={draft.mode}
          choices={OVERRIDE_MODES.map((value) => ({ value, label: MODE_WORDS[value] }))}
          onChange={(mode) => set({ mode: mode as OverrideMode })}
        />
        <TextField
          label="Duration"
          hint="At most 30 days."
          inputMode="decimal"
          fault={
            (isTried ? durationFault(draft) : undefined) ?? faultOf('expiresInSeconds', 'expiresAt')
          }
          value={draft.duration}
          onInput={(duration) => set({ duration })}
        />
        <Select
          label="Unit"
          value={draft.unit}
          choices={choicesOf(Object.keys(UNITS))}
          onChange={(unit) => set({ unit: unit as DurationUnit })}
        />
      </div>
      <TextField
        label="Reason"
        hint="Tells other operators why the override exists. Required."
        fault={faultOf('reason')}
        value={draft.reason}
        onInput={(reason) => set({ reason })}
      />
      <div class="actions">
        <button type="submit" class="primary" aria-disabled={setting.isBusy}>
          Set the override
        </button>
      </div>
      <p role="status">{setting.result}</p>
      <Trouble error={setting.error} without={FIELDS} />
      {asks && (
        <Confirm
          question={`Force all of ${draft.key} open?`}
          detail="No job calls any target of this region until the override ends or is lifted."
          act="Force the region open"
          onAct={start}
          onClose={() => setAsks(false)}
        />
      )}
    </form>
  );
}
