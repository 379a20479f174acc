import type { ComponentType } from 'preact';
import type { FrameProps } from './frame/frame-props.ts';
import { Overview } from './overview/overview.tsx';
import type { ViewName } from './route.ts';
import { FaultsView } from './views/faults/faults-view.tsx';
import { JobsView } from './views/jobs/jobs-view.tsx';
import { OperatorsView } from './views/operators/operators-view.tsx';
import { SubmitView } from './views/submit/submit-view.tsx';
import './views/views.css';

export const VIEWS: Readonly<Record<ViewName, ComponentType<FrameProps>>> = {
  overview: Overview,
  jobs: JobsView,
  submit: SubmitView,
  operators: OperatorsView,
  faults: FaultsView,
};
