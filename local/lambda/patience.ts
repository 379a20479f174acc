import { availableParallelism, cpus } from 'node:os';

/** As many processes do not slow each other down. */
export const CORES = availableParallelism();

const CHECK_EVERY_MS = 250;
/** With a quarter of the machine idle, whoever holds things up waits for something else. */
const SPARE_SHARE = 0.25;
/** However busy the machine is, nobody waits longer: what runs may be stuck. */
const LONGEST_MS = 2000;

/**
 * Calls back when waiting has lasted long enough to start one more process. On a busy machine that
 * would only slow the others down, so there it takes longer.
 *
 * @returns a cancel
 */
export function whenPatienceEnds(callback: () => void, idleShare = machineIdleShare): () => void {
  idleShare(); // What is measured begins with the wait.
  let waitedMs = 0;
  const timer = setInterval(() => {
    waitedMs += CHECK_EVERY_MS;
    if (idleShare() < SPARE_SHARE && waitedMs < LONGEST_MS) return;
    clearInterval(timer);
    callback();
  }, CHECK_EVERY_MS);
  return () => clearInterval(timer);
}

let measuredAtMs = Number.NEGATIVE_INFINITY;
let times = { idle: 0, total: 0 };
let share = 1;

/** The part of all cores' time that was idle lately, from 0 to 1; to read it costs a millisecond. */
function machineIdleShare(): number {
  const nowMs = performance.now();
  if (nowMs - measuredAtMs < CHECK_EVERY_MS) return share;
  const before = times;
  times = cpuTimes();
  share = (times.idle - before.idle) / Math.max(1, times.total - before.total);
  measuredAtMs = nowMs;
  return share;
}

function cpuTimes() {
  const cores = cpus().map((core) => Object.entries(core.times));
  const sum = (entries: [string, number][]) => entries.reduce((total, [, ms]) => total + ms, 0);
  const all = cores.flat();
  return { idle: sum(all.filter(([state]) => state === 'idle')), total: sum(all) };
}
