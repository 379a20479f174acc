import type { ViewProps } from '../view-props.ts';
import type { FakeBedrock } from './fake-bedrock.ts';
import type { FaultDescription, SetRule } from './fault-description.ts';

/** What the parts of the view share. */
export interface FaultsProps extends ViewProps {
  readonly description: FaultDescription;
  readonly rules: readonly SetRule[];
  /** Changes the rules, and reads them again. */
  readonly change: (run: (fake: FakeBedrock) => Promise<void>) => Promise<void>;
}
