import { isObject, parseJson } from '../json.ts';

/** A line that a function logged. */
export type LogRecord =
  | {
      readonly kind: 'message';
      readonly level: Level;
      readonly message: string;
      readonly fields: Fields;
    }
  | MetricsRecord
  /** A line that is not JSON: a crash of Node.js, or output of a library. */
  | { readonly kind: 'text'; readonly text: string };

/** A line in CloudWatch's embedded metric format: metrics of one set of dimensions. */
export interface MetricsRecord {
  readonly kind: 'metrics';
  /** The only dimension besides the service. @default the metrics are totals */
  readonly dimension?: { readonly name: string; readonly value: string };
  /** The values of each metric, in the order in which they were added. */
  readonly values: Readonly<Record<string, readonly number[]>>;
}

export type Level = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
export type Fields = Readonly<Record<string, unknown>>;

/** The dimension that all metrics have. */
const SERVICE = 'service';
/** The fields that Powertools' logger adds to each line. */
const LOGGER_FIELDS = [
  'level',
  'message',
  'timestamp',
  'service',
  'function_request_id',
  'sampling_rate',
  'xray_trace_id',
];

export function parseLogLine(line: string): LogRecord {
  const parsed = line.startsWith('{') ? parseJson(line) : undefined;
  if (!isObject(parsed)) return { kind: 'text', text: line };
  const fields = { ...parsed } as Fields;
  const { _aws: metadata, level, message } = fields;
  if (isObject(metadata)) return metricsOf(fields, metadata);
  if (typeof message !== 'string') return { kind: 'text', text: line };
  const own = Object.entries(fields).filter(([name]) => !LOGGER_FIELDS.includes(name));
  return { kind: 'message', level: levelOf(level), message, fields: Object.fromEntries(own) };
}

function levelOf(level: unknown): Level {
  switch (level) {
    case 'DEBUG':
    case 'INFO':
    case 'WARN':
      return level;
    default:
      return 'ERROR';
  }
}

function metricsOf(fields: Fields, metadata: object): MetricsRecord {
  const [described] = objects(property(metadata, 'CloudWatchMetrics'));
  const name = list(list(described?.Dimensions)[0]).find((each) => each !== SERVICE);
  const value = typeof name === 'string' ? fields[name] : undefined;
  const values = objects(described?.Metrics).map(({ Name }) => {
    const metric = String(Name);
    return [metric, numbers(fields[metric])] as const;
  });
  return {
    kind: 'metrics',
    ...(typeof name === 'string' && typeof value === 'string' && { dimension: { name, value } }),
    values: Object.fromEntries(values),
  };
}

function property(object: object, name: string): unknown {
  return Object.entries(object).find(([key]) => key === name)?.[1];
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function objects(value: unknown): readonly Fields[] {
  return list(value)
    .filter(isObject)
    .map((each) => ({ ...each }));
}

/** EMF has one value, or a list of several. */
function numbers(value: unknown): readonly number[] {
  return [value].flat().filter((each) => typeof each === 'number');
}
