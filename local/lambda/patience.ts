import { cpus } from 'node:os';

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

let sample = cpuTimes();
let share = 1;

/** The part of all cores' time that was idle lately, from 0 to 1. */
function machineIdleShare(): number {
  const now = cpuTimes();
  if (now.atMs - sample.atMs >= CHECK_EVERY_MS) {
    share = (now.idle - sample.idle) / Math.max(1, now.total - sample.total);
    sample = now;
  }
  return share;
}

function cpuTimes() {
  const times = cpus().map((core) => core.times);
  const idle = times.reduce((sum, each) => sum + each.idle, 0);
  const total = times
    .flatMap(({ user, nice, sys, idle: unused, irq }) => [user, nice, sys, unused, irq])
    .reduce((sum, each) => sum + each, 0);
  return { atMs: performance.now(), idle, total };
}
