import type { Series } from '../../contract/series.ts';
import { LaneChart } from './lane-chart.tsx';
import { costLanes, failureLanes, jobLanes, targetLanes } from './lanes.ts';

/** The last 15 minutes. */
export function Timelines({
  series,
  order,
  nowMs,
}: {
  readonly series: Series;
  /** The targets, those of the first tier first. */
  readonly order: readonly string[];
  readonly nowMs: number;
}) {
  const span = { fromMs: series.fromMs, stepMs: series.stepMs, nowMs };
  return (
    <div class="timelines">
      <div class="targets-chart">
        <LaneChart
          title="States and calls by target"
          lanes={targetLanes(series, order)}
          isComparable
          {...span}
        >
          <Legend />
        </LaneChart>
      </div>
      <LaneChart title="Failed calls by kind" lanes={failureLanes(series)} isComparable {...span} />
      <LaneChart title="Jobs" lanes={jobLanes(series)} isComparable {...span} />
      <LaneChart title="First token, tokens and dollars" lanes={costLanes(series)} {...span} />
    </div>
  );
}

function Legend() {
  return (
    <ul class="legend">
      <li class="key-answered">answered</li>
      <li class="key-throttled">throttled</li>
      <li class="key-failed">failed</li>
      <li class="key-skipped">skipped</li>
      <li class="minor">Band above: low = admits all, half = probes, full = none</li>
    </ul>
  );
}
