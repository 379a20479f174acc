import { useRef, useState } from 'preact/hooks';
import { timeOf } from '../format.ts';
import type { ViewProps } from '../view-props.ts';
import type { AdminHealth } from './health-words.ts';
import { FIRST_DRAFT, type OverrideDraft, withScope } from './override-form.ts';
import { OverrideFormView } from './override-form-view.tsx';
import { OverrideList } from './override-list.tsx';
import { RedrivePanel } from './redrive-panel.tsx';
import { TargetList } from './target-list.tsx';

/** What operators can see and change: targets, overrides, dead letters, and the state of the settings. */
export function OperatorsView(props: ViewProps) {
  const { snapshot, nowMs } = props;
  const health = snapshot.health?.value;
  const [draft, setDraft] = useState<OverrideDraft>();
  const form = useRef<HTMLElement>(null);
  if (!health) {
    return (
      <>
        <h1>Operators</h1>
        <p role="status">The health of the targets is being read.</p>
      </>
    );
  }
  const overrideTarget = (target: string) => {
    setDraft({ ...(draft ?? FIRST_DRAFT), scope: 'target', key: target });
    form.current?.scrollIntoView();
    form.current?.querySelector('h2')?.focus({ preventScroll: true });
  };
  return (
    <>
      <h1>Operators</h1>
      <SettingsStatus health={health} nowMs={nowMs} />
      <TargetList {...props} health={health} onOverride={overrideTarget} />
      <OverrideList {...props} health={health} />
      <section ref={form} aria-labelledby="set-override">
        <h2 id="set-override" tabIndex={-1}>
          Set an override
        </h2>
        <OverrideFormView
          {...props}
          health={health}
          draft={draft ?? withScope(FIRST_DRAFT, 'target', health)}
          onChange={setDraft}
        />
      </section>
      <RedrivePanel {...props} />
    </>
  );
}

const SETTINGS_WORDS: Readonly<Record<AdminHealth['settings']['status'], string>> = {
  'in-force': 'The settings of the parameter are in force.',
  invalid: 'The last edit was refused. Earlier settings stay in force.',
  unreadable: 'The parameter could not be read. Earlier settings stay in force.',
};

function SettingsStatus({
  health: { settings },
  nowMs,
}: {
  readonly health: AdminHealth;
  readonly nowMs: number;
}) {
  return (
    <section aria-labelledby="settings">
      <h2 id="settings">Settings</h2>
      <div class={settings.status === 'in-force' ? undefined : 'trouble'}>
        <p>
          {SETTINGS_WORDS[settings.status]}
          {settings.since && ` Since ${timeOf(settings.since, nowMs)}.`}
        </p>
        {settings.faults && (
          <ul>
            {settings.faults.map((fault) => (
              <li key={fault}>{fault}</li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}
