import { sweep } from '../../../lambda/sweeper/sweep.ts';
import { SILENT, UNCOUNTED } from '../../support/silent-telemetry.ts';
import { PRICE } from '../cost/prices.ts';
import { Backlog, BEGIN_MS } from './backlog.ts';
import { SweptTable } from './swept-table.ts';

const MINUTE_MS = 60_000;
/** The time limit of a sweep: the function's timeout of 60 s, less its margin. */
const SWEEP_MS = 45_000;

export interface Load {
  readonly waiting: number;
  /** Jobs that workers claim each second, in the order of their messages. */
  readonly claimedPerSecond: number;
  /** Jobs that arrive each second after those that wait at the beginning. */
  readonly acceptedPerSecond: number;
  readonly minutes: number;
}

export interface SweeperFigures {
  readonly longestSweepSeconds: number;
  /** The sweeps that ended before they had looked at all due rows. */
  readonly unfinished: number;
  /** The longest time from the end of a lost run's lease until its job was sent, in seconds. */
  readonly slowestFindSeconds: number;
  readonly sentAgain: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly dollars: number;
  /** The dollars that the senders save because they do not write `sentAt` after each send. */
  readonly savedDollars: number;
}

/** Lets jobs wait while workers claim them and the sweeper runs each minute. One run a minute is lost. */
export async function sweepBacklog(load: Load): Promise<SweeperFigures> {
  const clock = { nowMs: BEGIN_MS, now: () => clock.nowMs };
  const table = new SweptTable(clock);
  const backlog = new Backlog(table);
  const tookMs: number[] = [];
  for (let i = 0; i < load.waiting; i++) backlog.accept(BEGIN_MS);
  for (let minute = 0; minute < load.minutes; minute++) {
    const startMs = BEGIN_MS + minute * MINUTE_MS;
    clock.nowMs = startMs;
    await sweep(dependenciesOf(table, backlog, clock), startMs + SWEEP_MS);
    tookMs.push(clock.nowMs - startMs);
    // Seven is prime to sixty, so runs are lost at all seconds of a minute.
    work(backlog, load, startMs, (minute * 7) % 60);
  }
  const writeUnits = table.meter.writes + table.meter.indexWrites;
  return {
    longestSweepSeconds: Math.max(...tookMs) / 1000,
    unfinished: tookMs.filter((ms) => ms >= SWEEP_MS).length,
    slowestFindSeconds: backlog.slowestFind(BEGIN_MS + load.minutes * MINUTE_MS),
    sentAgain: backlog.sentAgain,
    writeUnits,
    readUnits: Math.round(table.readUnits),
    dollars: writeUnits * PRICE.dynamoDbWrite + table.readUnits * PRICE.dynamoDbRead,
    savedDollars: backlog.claimed * SENT_AT_UNITS * PRICE.dynamoDbWrite,
  };
}

/** The write units of a write that changes `sentAt` and `dueAt`: the row, and the move of its index entry. */
const SENT_AT_UNITS = 3;

/** Lets a minute of workers and callers pass. */
function work(backlog: Backlog, load: Load, startMs: number, lostAtSecond: number): void {
  for (let second = 0; second < 60; second++) {
    const now = startMs + second * 1000;
    backlog.endRuns(now);
    for (let i = 0; i < load.claimedPerSecond; i++) {
      backlog.claimNext(now, second === lostAtSecond && i === 0);
    }
    for (let i = 0; i < load.acceptedPerSecond; i++) backlog.accept(now);
  }
}

function dependenciesOf(jobs: SweptTable, backlog: Backlog, clock: { now(): number }) {
  const fail = async () => {
    throw new Error('no job ends in this bench');
  };
  return {
    jobs,
    ends: { write: fail, publish: fail },
    queue: {
      send: async ({ jobId }: { readonly jobId: string }) => backlog.send(jobId, clock.now()),
      countWaiting: async () => backlog.waiting,
    },
    clock,
    log: SILENT,
    metrics: UNCOUNTED,
  };
}
