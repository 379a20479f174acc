/** Numbers and times as people read them. */

const DAY_MS = 86_400_000;

/** Returns the time of day in the reader's time zone, with the date unless it is within 12 hours. */
export function timeOf(iso: string, nowMs: number): string {
  const at = new Date(iso);
  const time = at.toLocaleTimeString('en-GB');
  if (Math.abs(at.getTime() - nowMs) < DAY_MS / 2) return time;
  return `${at.toLocaleDateString('en-CA')} ${time}`;
}

/** Returns a length of time in its largest whole unit: `850 ms`, `12 s`, `3 min`, `5 h`, `2 d`. */
export function lengthOf(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 1) return `${Math.max(0, Math.round(ms))} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129_600) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** Returns `12 s ago`, `in 3 min`, or `now`. */
export function distanceOf(iso: string, nowMs: number): string {
  const ms = Date.parse(iso) - nowMs;
  if (Math.abs(ms) < 1000) return 'now';
  const whole = lengthOf(Math.max(1000, Math.round(Math.abs(ms) / 1000) * 1000)).replace(
    '.0 ',
    ' ',
  );
  return ms < 0 ? `${whole} ago` : `in ${whole}`;
}

/** Returns US dollars with two significant digits below a cent: `$0.00042`. */
export function dollarsOf(usd: number): string {
  if (usd === 0 || usd >= 0.01) return `$${usd.toFixed(2)}`;
  return `$${Number(usd.toPrecision(2)).toFixed(Math.min(12, 1 - Math.floor(Math.log10(usd))))}`;
}

/** Returns `850 bytes`, `20 kB`, `3.5 MB`. */
export function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Returns `us-east-1 sonnet-4-5` for a target with the id of a model of Anthropic, as people name it. */
export function shortTarget(target: string): string {
  const [region = '', ...rest] = target.split('/');
  const model = rest.join('/').replace(/^(?:[a-z]{2,6}\.)?(?:anthropic\.claude-|[a-z0-9-]+\.)/, '');
  return `${region} ${model.replace(/(?:-\d{8})?(?:-v\d+(?::\d+)?)?$/, '') || rest.join('/')}`;
}
