import type { Log, Metrics } from '../../lambda/core/telemetry.ts';

const ignore = () => undefined;

/** A log that discards every line. */
export const SILENT: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Metrics that discard every value. */
export const UNCOUNTED: Metrics = { count: ignore, time: ignore, gauge: ignore };
