import type { LiveState } from '../live/live-state.ts';
import type { ViewProps } from '../views/view-props.ts';

/** What the frame gives to a view, beside the props that all use. */
export interface FrameProps extends ViewProps {
  readonly live: LiveState;
  /** The address without `#/` and without the query: `jobs/ID`. */
  readonly path: string;
  /** The query without `?`. */
  readonly search: string;
}
