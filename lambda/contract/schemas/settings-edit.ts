import { chainNames, targetsOf } from '../chains.ts';
import { guardrailsOf } from '../guardrails.ts';
import { keptDays, type Settings, targetKey } from '../policy.ts';
import { workerTimeoutSeconds } from '../time-budget.ts';
import { fieldOf } from './issue.ts';
import { parseSettings, SettingsError } from './settings.ts';
import { targetEntries, tiersPath } from './target-entries.ts';

/**
 * Parses settings that were edited at run time. In addition to the rules of every settings file, an
 * edit must not need anything that only a deploy can change: permissions, time limits, functions.
 * `source` names the parameter in the SettingsError.
 */
export function parseEdit(text: string, deployed: Settings, source: string): Settings {
  const input = parseJson(text, source);
  const edited = parseSettings(input, source);
  const faults = [
    ...addedChains(edited, deployed),
    ...addedTargets(edited, deployed, input),
    ...addedGuardrails(edited, deployed),
    ...breakerFaults(edited, deployed),
    ...jobFaults(edited, deployed),
    ...apiFaults(edited, deployed),
    ...(edited.probe.enabled && !deployed.probe.enabled
      ? [fault('probe.enabled', true, 'false, because the prober is not deployed')]
      : []),
  ];
  if (faults.length > 0) throw new SettingsError(source, faults);
  return edited;
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SettingsError(source, ['settings: got a text that is not JSON, allowed is JSON']);
  }
}

/** Finds chains that were not deployed, because no alarm and no graph shows them. */
function addedChains(edited: Settings, deployed: Settings): readonly string[] {
  const known = chainNames(deployed);
  return chainNames(edited)
    .filter((name) => !known.includes(name))
    .map((name) => `chains.${name}: no such chain is deployed, allowed are ${known.join(', ')}`);
}

/**
 * Finds targets that were not deployed, because the worker's role permits only deployed targets.
 */
function addedTargets(edited: Settings, deployed: Settings, input: unknown): readonly string[] {
  const permitted = new Set(targetsOf(deployed).map(targetKey));
  return targetEntries(edited).flatMap(({ chain, path, target }) => {
    if (permitted.has(targetKey(target))) return [];
    const allowed =
      'a target of the deployed settings, because no function is permitted to call any other';
    const field = fieldOf([...tiersPath(input, chain), ...path], 'settings');
    return [fault(field, targetKey(target), allowed)];
  });
}

/** Finds guardrails that were not deployed, because the worker's role permits only deployed ones. */
function addedGuardrails(edited: Settings, deployed: Settings): readonly string[] {
  const permitted = new Set(guardrailsOf(deployed).map(({ region, id }) => `${region}/${id}`));
  return guardrailsOf(edited)
    .filter(({ region, id }) => !permitted.has(`${region}/${id}`))
    .map(({ name, region, id }) => {
      const allowed =
        'a guardrail of the deployed settings, because no function is permitted to apply any other';
      return fault(`guardrails.${name}.${region}.id`, id, allowed);
    });
}

function breakerFaults({ breaker }: Settings, { breaker: deployed }: Settings): readonly string[] {
  const faults: string[] = [];
  // Workers with different stores would not share their circuits.
  if (breaker.store !== deployed.store) {
    faults.push(fault('breaker.store', breaker.store, `${deployed.store}, as deployed`));
  }
  // No function is permitted to read another secret.
  for (const field of ['redisUrl', 'redisSecretArn'] as const) {
    if (breaker[field] !== deployed[field]) {
      faults.push(`breaker.${field}: got another one, allowed is the deployed one`);
    }
  }
  return faults;
}

function jobFaults({ jobs }: Settings, { jobs: deployed }: Settings): readonly string[] {
  const faults: string[] = [];
  if (jobs.workerConcurrency !== deployed.workerConcurrency) {
    const allowed = `${deployed.workerConcurrency}, because the event source was deployed with it`;
    faults.push(fault('jobs.workerConcurrency', jobs.workerConcurrency, allowed));
  }
  if (jobs.batchSize !== deployed.batchSize) {
    const allowed = `${deployed.batchSize}, because the event source was deployed with it`;
    faults.push(fault('jobs.batchSize', jobs.batchSize, allowed));
  }
  if (workerTimeoutSeconds(jobs) > workerTimeoutSeconds(deployed)) {
    const allowed = `at most ${deployed.answerSeconds}, because the worker's own timeout was deployed for it`;
    faults.push(fault('jobs.answerSeconds', jobs.answerSeconds, allowed));
  }
  // A row must not outlive the objects that it names.
  if (keptDays(jobs) > keptDays(deployed)) {
    const allowed = `at most ${keptDays(deployed)} days together with deadlineSeconds, because the bucket was deployed to keep objects for that long`;
    faults.push(fault('jobs.retentionDays', jobs.retentionDays, allowed));
  }
  return faults;
}

function apiFaults({ api }: Settings, { api: deployed }: Settings): readonly string[] {
  return (['keyRequestsPerSecond', 'keyBurst'] as const)
    .filter((field) => api[field] !== deployed[field])
    .map((field) => {
      const allowed = `${deployed[field]}, because the usage plan was deployed with it`;
      return fault(`api.${field}`, api[field], allowed);
    });
}

function fault(field: string, got: string | number | boolean, allowed: string): string {
  return `${field}: got ${JSON.stringify(got)}, allowed is ${allowed}`;
}
