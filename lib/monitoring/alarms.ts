import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { AlarmTopic } from './alarm-topic.ts';

export interface AlarmsProps {
  /** @default a topic of its own, to subscribe to */
  readonly topic?: ITopic;
  /** Where the runbook is read. @default docs/runbook.md of this package */
  readonly runbookUrl?: string;
}

export interface Watch {
  readonly metric: IMetric;
  /** At this value and beyond; with `below`, under it. */
  readonly threshold: number;
  readonly below?: boolean;
  /** Periods of the metric in a row. @default 1 */
  readonly periods?: number;
  /** What it means for users or operators; one sentence. */
  readonly means: string;
  /** Why this threshold; one sentence. */
  readonly because: string;
  readonly missing: keyof typeof MISSING;
  /** Heading in the runbook, where several alarms share one. @default the alarm's id, in words */
  readonly section?: string;
}

/** What no data means, and what follows from it. */
const MISSING = {
  /** Nothing happened that could be wrong. */
  quiet: [TreatMissingData.NOT_BREACHING, 'No data is no trouble: nothing happened.'],
  /** It is reported on a schedule; the alarm of the reporter tells of its silence. */
  reported: [
    TreatMissingData.IGNORE,
    'No data changes nothing: whoever reports has its own alarm.',
  ],
  /** The silence is the trouble. */
  silence: [TreatMissingData.BREACHING, 'No data is the trouble itself.'],
} as const;

/** All alarms of an instance: each says what it means, why there, and where to read what to do. */
export class Alarms extends Construct {
  readonly topic: ITopic;
  readonly all: Alarm[] = [];
  readonly runbookUrl: string;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.topic = props.topic ?? new AlarmTopic(this, 'Topic').topic;
    this.runbookUrl = props.runbookUrl ?? 'docs/runbook.md';
  }

  add(id: string, watch: Watch): Alarm {
    const [treatMissingData, noData] = MISSING[watch.missing];
    const anchor = watch.section ?? headingOf(id);
    const alarm = new Alarm(this, id, {
      alarmDescription: [
        watch.means,
        `Threshold: ${watch.because}`,
        noData,
        `Runbook: ${this.runbookUrl}#${anchor}`,
      ].join(' '),
      metric: watch.metric,
      threshold: watch.threshold,
      comparisonOperator: watch.below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: watch.periods ?? 1,
      treatMissingData,
    });
    const tell = new SnsAction(this.topic);
    alarm.addAlarmAction(tell);
    alarm.addOkAction(tell);
    this.all.push(alarm);
    return alarm;
  }
}

/** `DeadLetters` is `dead-letters`, the anchor of the heading "Dead letters". */
function headingOf(id: string): string {
  return id.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
}
