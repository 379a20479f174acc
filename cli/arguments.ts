import { InvalidArgumentError } from 'commander';
import { JOB_ID } from '../lambda/contract/keys.ts';

/** Parsers of arguments and options. Each throws an error of one line that says what is allowed. */
export function jobId(text: string): string {
  return allowed(text, JOB_ID.test(text), 'the id of a job: 32 hexadecimal digits in lower case');
}

export function wholeNumber(text: string): number {
  const isCount = /^[1-9]\d{0,5}$/.test(text);
  return Number(allowed(text, isCount, 'a whole number from 1'));
}

/** Like `wholeNumber`, for counts of jobs and tokens. */
export function count(text: string): number {
  return Number(allowed(text, /^[1-9]\d{0,8}$/.test(text), 'a whole number from 1 to 999999999'));
}

export function positiveNumber(text: string): number {
  const isPositive = /^\d{1,9}(\.\d{1,9})?$/.test(text) && Number(text) > 0;
  return Number(allowed(text, isPositive, 'a number above 0'));
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Returns the seconds of a duration such as 90s, 10m, 2h or 1d. A number alone is in seconds. */
export function duration(text: string): number {
  const [, digits = '', unit = 's'] = /^(\d{1,7})([smhd])?$/.exec(text) ?? [];
  const seconds = Number(digits) * (UNIT_SECONDS[unit] ?? 1);
  allowed(text, seconds > 0, 'a duration such as 90s, 10m, 2h or 1d');
  return seconds;
}

function allowed(text: string, isValid: boolean, what: string): string {
  if (isValid) return text;
  throw new InvalidArgumentError(`allowed is ${what}`);
}
