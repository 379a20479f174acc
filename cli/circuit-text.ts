import type { AdminHealth, Health } from '../client/client.ts';
import type { Paint } from './terminal.ts';

export type Target = Health['targets'][number] | AdminHealth['targets'][number];

/** The health of all chains and targets as text. All values are free of control characters. */
export function healthText(health: Health | AdminHealth, paint: Paint): string {
  const { chains, targets, settings } = health;
  const overrides = 'overrides' in health ? health.overrides : [];
  return [
    ...chains.map(({ chain, status }) => `chain ${chain}: ${paint(COLOURS[status], status)}`),
    ...targets.map((target) => targetText(target, paint)),
    ...overrides.map(
      ({ scope, key, mode, actor, reason, expiresAt }) =>
        `override ${mode} of ${scope} ${key} until ${expiresAt}: ${reason} (${actor})`,
    ),
    ...(settings.status === 'in-force' ? [] : [`settings: ${paint('red', settings.status)}`]),
  ].join('\n');
}

/** Says in one line what a target does, and why. It changes only if the state of the target does. */
export function targetText(target: Target, paint: Paint): string {
  const { target: name, health, circuit, admits, cause, until, override, stage } = target;
  const facts = [
    paint(COLOURS[health], health),
    `circuit ${circuit}${stage === undefined ? '' : ` stage ${stage}`}`,
    `admits ${admits}`,
    ...(cause === undefined ? [] : [`because of ${cause}`]),
    ...(until === undefined ? [] : [`until ${until}`]),
    ...(override === undefined ? [] : [`override ${override}`]),
  ];
  return `${name}  ${facts.join(', ')}`;
}

const COLOURS = {
  healthy: 'green',
  recovering: 'yellow',
  waiting: 'yellow',
  degraded: 'yellow',
  unhealthy: 'red',
  disabled: 'red',
} as const;
