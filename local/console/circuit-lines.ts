import type { CircuitNews } from './circuit-news.ts';
import { type Line, line } from './line.ts';
import { counted } from './second-tally.ts';
import type { TierChange } from './serving-tier.ts';

/** Returns the line that tells a person what happened to a circuit. */
export function circuitLine(
  news: CircuitNews,
  stages: readonly number[],
  timeOf: (ms: number) => string,
): Line {
  const { target } = news;
  switch (news.type) {
    case 'opened':
      return line(
        'bad',
        `circuit opened: ${target} gets no calls until ${timeOf(news.untilMs)} (${reason(news)})`,
      );
    case 'stage':
      return line('warning', `circuit recovering: ${target}, ${stageText(news.stage, stages)}`);
    case 'closed':
      return line('good', `circuit closed: ${target} gets all its calls again`);
    default:
      return news satisfies never;
  }
}

export function tierLine({ chain, tier, before }: TierChange): Line {
  if (tier === undefined) {
    return line(
      'bad',
      `tier changed: no tier of chain ${chain} has a closed circuit, so jobs wait`,
    );
  }
  const instead = before === undefined ? '' : ` instead of ${before}`;
  return line('plain', `tier changed: ${tier} serves chain ${chain}${instead}`);
}

function reason({
  rule,
  calls,
  failures,
  failure,
}: Extract<CircuitNews, { type: 'opened' }>): string {
  if (calls === 0) return `rule ${rule}`;
  const kind = failure === undefined ? '' : `, most of them ${failure}`;
  if (rule === 'probe') return `its probe failed${failure === undefined ? '' : `: ${failure}`}`;
  return `rule ${rule}: ${failures} of ${counted(calls, 'call')} failed${kind}`;
}

function stageText(stage: number, stages: readonly number[]): string {
  const permits = stages[stage];
  const admits = permits === undefined ? '' : `, which admits ${counted(permits, 'call')}`;
  return `stage ${stage + 1} of ${stages.length}${admits}`;
}
