import { availableParallelism, cpus } from 'node:os';

/** The number of processes that do not slow each other down. */
export const CORES = availableParallelism();

const CHECK_EVERY_MS = 250;
/** If a quarter of the machine is idle, the running sandboxes wait for something other than the CPU. */
const IDLE_SHARE_FOR_ONE_MORE = 0.25;
/** The longest wait on a busy machine. It is limited because the sandboxes may be stuck. */
const LONGEST_WAIT_MS = 2000;

/**
 * Calls back when it is time to start one more sandbox: after 250 ms on an idle machine, and after 2 s
 * on a busy one, where another process only slows the others down.
 *
 * @returns a function that cancels the wait
 */
export function whenTimeToScaleOut(callback: () => void, idleShare = machineIdleShare): () => void {
  idleShare(); // Starts the measurement.
  let waitedMs = 0;
  const timer = setInterval(() => {
    waitedMs += CHECK_EVERY_MS;
    if (idleShare() < IDLE_SHARE_FOR_ONE_MORE && waitedMs < LONGEST_WAIT_MS) return;
    clearInterval(timer);
    callback();
  }, CHECK_EVERY_MS);
  return () => clearInterval(timer);
}

let measuredAtMs = Number.NEGATIVE_INFINITY;
let times = { idle: 0, total: 0 };
let share = 1;

/** Returns the idle share of all cores since the last measurement, from 0 to 1. It takes 1 ms. */
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
  const entries = cpus().flatMap((core) => Object.entries(core.times));
  const sum = (some: [string, number][]) => some.reduce((total, [, ms]) => total + ms, 0);
  return { idle: sum(entries.filter(([state]) => state === 'idle')), total: sum(entries) };
}
