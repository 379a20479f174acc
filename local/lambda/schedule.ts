import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ACCOUNT, REGION } from '../resources.ts';
import type { Stack } from '../stack.ts';
import type { Chance } from '../unkind.ts';
import type { LambdaFunction } from './function.ts';

const target = z.looseObject({ Arn: z.string(), Input: z.string().optional() });
const state = z.enum(['ENABLED', 'DISABLED']).default('ENABLED');

/** A rule without a schedule starts nothing here, because events on a bus are only recorded. */
const rule = z.looseObject({
  ScheduleExpression: z.string().optional(),
  State: state,
  Targets: z.array(target).default([]),
});

const schedule = z.looseObject({
  ScheduleExpression: z.string(),
  State: state,
  Target: target,
});

/** The targets of a schedule and its interval. */
interface Schedule {
  readonly arn: string;
  readonly everyMs: number;
  readonly targets: readonly z.infer<typeof target>[];
}

/**
 * Starts the stack's schedules: EventBridge rules and schedules with a rate.
 *
 * @param repeats draws whether a schedule invokes its target twice
 * @returns a function that stops them
 */
export function startSchedules(
  stack: Stack,
  functionsByArn: ReadonlyMap<string, Pick<LambdaFunction, 'invoke'>>,
  repeats: Chance = () => false,
): () => void {
  const timers = readSchedules(stack).flatMap(({ arn, everyMs, targets }) =>
    targets.map(({ Arn, Input }) => {
      const invoked = functionsByArn.get(Arn);
      if (!invoked)
        throw new Error(`schedule target: got ${Arn}, allowed is a function of the stack`);
      return setInterval(() => {
        const event = Input ?? scheduledEvent(arn);
        void invoked.invoke(event);
        if (repeats()) void invoked.invoke(event);
      }, everyMs).unref();
    }),
  );
  return () => timers.forEach(clearInterval);
}

function readSchedules(stack: Stack): Schedule[] {
  const rules = stack.resources('AWS::Events::Rule', rule).map((each) => ({
    arn: each.attributes.Arn ?? each.ref,
    targets: each.properties.Targets,
    ...each.properties,
  }));
  const schedules = stack.resources('AWS::Scheduler::Schedule', schedule).map((each) => ({
    arn: each.ref,
    targets: [each.properties.Target],
    ...each.properties,
  }));
  return [...rules, ...schedules]
    .filter(({ State }) => State === 'ENABLED')
    .flatMap(({ arn, targets, ScheduleExpression }) =>
      ScheduleExpression ? [{ arn, targets, everyMs: rateMs(ScheduleExpression) }] : [],
    );
}

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** Returns the interval of `rate(1 minute)` or `rate(2 hours)`. */
export function rateMs(expression: string): number {
  const match = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  const [, count, unit] = match ?? [];
  if (unit !== 'minute' && unit !== 'hour' && unit !== 'day') {
    throw new Error(
      `schedule expression: got ${expression}, allowed is rate(n minutes|hours|days)`,
    );
  }
  return Number(count) * UNIT_MS[unit];
}

function scheduledEvent(arn: string): string {
  return JSON.stringify({
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: ACCOUNT,
    time: new Date().toISOString(),
    region: REGION,
    resources: [arn],
    detail: {},
  });
}
