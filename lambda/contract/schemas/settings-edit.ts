import { keptDays, type Settings, targetKey, targetsOf, workerTimeoutSeconds } from '../policy.ts';
import { parseSettings, SettingsError } from './settings.ts';

/**
 * Settings that were edited at run time. Beyond what holds for every settings file, an edit must not
 * ask for what only a deploy can give: permissions, time limits, functions. `source` names the
 * parameter in the SettingsError.
 */
export function parseEdit(text: string, deployed: Settings, source: string): Settings {
  const edited = parseSettings(parseJson(text, source), source);
  const faults = [
    ...addedTargets(edited, deployed),
    ...breakerFaults(edited, deployed),
    ...jobFaults(edited, deployed),
    ...(edited.probe.enabled && !deployed.probe.enabled
      ? [fault('probe.enabled', true, 'false, as the prober is not deployed')]
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

/** The worker's role names the targets of the deploy. */
function addedTargets({ tiers }: Settings, deployed: Settings): readonly string[] {
  const permitted = new Set(targetsOf(deployed).map(targetKey));
  return tiers.flatMap(({ targets }, i) =>
    targets.flatMap((target, j) => {
      if (permitted.has(targetKey(target))) return [];
      const allowed = 'a target of the deployed settings, as no function may call another';
      return [fault(`tiers[${i}].targets[${j}]`, targetKey(target), allowed)];
    }),
  );
}

function breakerFaults({ breaker }: Settings, { breaker: deployed }: Settings): readonly string[] {
  const faults: string[] = [];
  if (workerTimeoutSeconds(breaker) > workerTimeoutSeconds(deployed)) {
    const limit = deployed.callTimeoutSeconds;
    const allowed = `at most ${limit}, as the worker's own timeout was deployed for that`;
    faults.push(fault('breaker.callTimeoutSeconds', breaker.callTimeoutSeconds, allowed));
  }
  // Half a fleet with other circuits would be no breaker at all.
  if (breaker.store !== deployed.store) {
    faults.push(fault('breaker.store', breaker.store, `${deployed.store}, as deployed`));
  }
  if (breaker.redisUrl !== deployed.redisUrl) {
    faults.push('breaker.redisUrl: got another one, allowed is the one that was deployed');
  }
  return faults;
}

function jobFaults({ jobs }: Settings, { jobs: deployed }: Settings): readonly string[] {
  const faults: string[] = [];
  if (jobs.workerConcurrency !== deployed.workerConcurrency) {
    const allowed = `${deployed.workerConcurrency}, as the event source was deployed with`;
    faults.push(fault('jobs.workerConcurrency', jobs.workerConcurrency, allowed));
  }
  // A row that outlives its objects would name what is gone.
  if (keptDays(jobs) > keptDays(deployed)) {
    const allowed = `what makes ${keptDays(deployed)} days with deadlineSeconds, as the bucket was deployed to keep that long`;
    faults.push(fault('jobs.retentionDays', jobs.retentionDays, allowed));
  }
  return faults;
}

function fault(field: string, got: string | number | boolean, allowed: string): string {
  return `${field}: got ${JSON.stringify(got)}, allowed is ${allowed}`;
}
