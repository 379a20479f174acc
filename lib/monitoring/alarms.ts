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
  /**
   * The topic that alarms notify.
   * @default a new topic without subscriptions
   */
  readonly topic?: ITopic;
  /**
   * The address of the runbook, which each alarm names.
   * @default docs/runbook.md of this package
   */
  readonly runbookUrl?: string;
}

/** The definition of an alarm. */
export interface AlarmDefinition {
  /**
   * The chain that the alarm watches.
   * @default the whole instance
   */
  readonly chain?: string;
  readonly metric: IMetric;
  /** The value, in the metric's unit, at which the alarm fires. */
  readonly threshold: number;
  /**
   * Makes the alarm fire below the threshold instead of at or above it.
   * @default false
   */
  readonly below?: boolean;
  /**
   * The number of consecutive periods of the metric that must breach the threshold.
   * @default 1
   */
  readonly periods?: number;
  /** The problem and its consequence, in one sentence. */
  readonly means: string;
  /** The reason for the threshold, in one sentence that starts with a lower-case letter. */
  readonly because: string;
  /** The state of the alarm after a period without data. */
  readonly missing: keyof typeof MISSING;
  /**
   * The anchor of the section in the runbook, if several alarms share one.
   * @default the alarm's id in lower case, with dashes between its words
   */
  readonly section?: string;
}

/** The ways to treat a period without data, and the sentence in the alarm that explains each. */
const MISSING = {
  /** Nothing happened that could have failed. */
  ok: [TreatMissingData.NOT_BREACHING, 'No data means that nothing happened.'],
  /** A scheduled function reports the metric, and another alarm watches that function. */
  unchanged: [
    TreatMissingData.IGNORE,
    'No data leaves the state as it is: another alarm watches the function that reports the metric.',
  ],
  /** The missing data is itself the problem. */
  alarm: [TreatMissingData.BREACHING, 'No data is itself the problem.'],
} as const;

/**
 * The alarms of an instance. The description of each says what it means, why it has its threshold
 * and which section of the runbook applies.
 */
export class Alarms extends Construct {
  readonly topic: ITopic;
  readonly all: Alarm[] = [];
  readonly runbookUrl: string;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.topic = props.topic ?? new AlarmTopic(this, 'Topic').topic;
    this.runbookUrl = props.runbookUrl ?? 'docs/runbook.md';
  }

  /** Adds an alarm that notifies the topic when it fires and when it is over. */
  add(id: string, definition: AlarmDefinition): Alarm {
    const [treatMissingData, noData] = MISSING[definition.missing];
    const anchor = definition.section ?? anchorOf(id);
    const alarm = new Alarm(this, idOf(id, definition.chain), {
      alarmDescription: [
        definition.means,
        `Threshold: ${definition.because}`,
        noData,
        `Runbook: ${this.runbookUrl}#${anchor}`,
      ].join(' '),
      metric: definition.metric,
      threshold: definition.threshold,
      comparisonOperator: definition.below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: definition.periods ?? 1,
      treatMissingData,
    });
    const notify = new SnsAction(this.topic);
    alarm.addAlarmAction(notify);
    alarm.addOkAction(notify);
    this.all.push(alarm);
    return alarm;
  }
}

/** Returns `PrimaryOutFast` for the alarm `PrimaryOut` of the chain `fast`. */
function idOf(id: string, chain = ''): string {
  return id + chain.charAt(0).toUpperCase() + chain.slice(1);
}

/** Returns `dead-letters`, the anchor of the heading "Dead letters", for `DeadLetters`. */
function anchorOf(id: string): string {
  return id.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
}
