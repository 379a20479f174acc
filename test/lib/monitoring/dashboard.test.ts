import { describe, expect, test } from '@jest/globals';
import { METRIC } from '../../../lambda/contract/metrics.ts';
import { aTemplate, oneTargetSettings } from '../../support/stack.ts';
import { propertiesOf } from '../../support/template.ts';

interface Drawn {
  readonly id?: string;
  readonly stat?: string;
  readonly visible?: boolean;
  readonly expression?: string;
  readonly label?: string;
}

interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly metrics?: readonly (readonly (string | Drawn)[])[];
    readonly annotations?: { readonly horizontal?: readonly { readonly value: number }[] };
  };
}

const targets = ['us-east-1', 'us-west-2'].map((region) => ({
  region,
  modelId: 'us.anthropic.claude-sonnet-4-6',
}));
const cheap = { region: 'us-east-1', modelId: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' };
const small = { region: 'us-east-1', modelId: 'amazon.nova-lite-v1:0' };
const tiers = [
  { name: 'primary', targets, maxTokens: 512 },
  { name: 'cheap', targets: [cheap], maxTokens: 512 },
  { name: 'small', targets: [small], maxTokens: 512 },
];
/** The second chain shares its targets with the first one, and has tiers of other names. */
const chains = {
  strong: { tiers },
  fast: {
    tiers: [
      { name: 'only', targets: [cheap], maxTokens: 512 },
      { name: 'small', targets: [small], maxTokens: 64 },
    ],
  },
};

function widgetsOf(settings = oneTargetSettings({ chains })): readonly Widget[] {
  const template = aTemplate({ settings });
  const { DashboardBody } = propertiesOf(
    template,
    'AWS::CloudWatch::Dashboard',
    'MonitoringDashboard',
  );
  return JSON.parse(String(DashboardBody)).widgets;
}

const widgets = widgetsOf();

/**
 * Returns a line for each graph, with its thresholds after `|`, and one for each series: the metric's
 * name, its dimensions except the service, and its statistic.
 */
function outline({ type, properties }: Widget): string[] {
  const { title, markdown, metrics = [], annotations } = properties;
  if (type === 'text') return [String(markdown)];
  const thresholds = annotations?.horizontal?.map(({ value }) => value) ?? [];
  const series = metrics.map((parts) => {
    const drawn = parts.find((part): part is Drawn => typeof part !== 'string');
    if (drawn?.expression) return `${drawn.label} = ${drawn.expression}`;
    const [, name, ...dimensions] = parts.filter((part) => typeof part === 'string');
    const own = dimensions.filter((_, i) => dimensions[i - (i % 2)] !== 'service');
    return [name, ...own, drawn?.stat].join(' ');
  });
  return [
    `${title}${thresholds.map((value) => ` | ${value}`).join('')}`,
    ...series.map((line) => `    ${line}`),
  ];
}

describe('the dashboard', () => {
  test('answers the questions of an operator in this order', () => {
    expect(widgets.flatMap(outline).join('\n')).toMatchSnapshot();
  });

  test('shows every metric that the functions report', () => {
    const drawn = new Set(
      widgetsOf(oneTargetSettings({ tiers, probe: { enabled: true } })).flatMap(({ properties }) =>
        (properties.metrics ?? []).map(([, name]) => name),
      ),
    );
    // An operator sees the result of a redrive in its response; findings have an alarm.
    const notDrawn = new Set<string>([METRIC.jobsRedriven, METRIC.lifecycleFindings]);

    expect(Object.values(METRIC).filter((name) => !drawn.has(name) && !notDrawn.has(name))).toEqual(
      [],
    );
  });

  test('shows the state of all alarms first', () => {
    expect(widgets[0]).toMatchObject({ type: 'alarm', properties: { title: 'Alarms' } });
  });

  test('compares the cost of a fallback with the price of the primary', () => {
    const [extra] = widgets.filter(({ properties }) => properties.title?.startsWith('Extra cost'));

    expect(JSON.stringify(extra)).toContain('spent1 - (input1 * 3 + output1 * 15) / 1000000');
  });
});
