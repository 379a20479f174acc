import type { Instance } from '../../../contract/snapshot.ts';
import type { FieldFault } from '../elements/trouble.tsx';
import type { Draft, Written } from './draft.ts';

export interface DraftFormProps {
  readonly draft: Draft;
  readonly instance: Instance;
  readonly written: Written;
  readonly faults: readonly FieldFault[];
  readonly isBusy: boolean;
  readonly onChange: (draft: Draft) => void;
  readonly onSubmit: () => void;
}
