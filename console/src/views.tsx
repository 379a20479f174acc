import type { ComponentType } from 'preact';
import type { FrameProps } from './frame/frame-props.ts';
import { Overview } from './overview/overview.tsx';
import type { ViewName } from './route.ts';
import { Unfinished } from './views/unfinished.tsx';

export const VIEWS: Readonly<Record<ViewName, ComponentType<FrameProps>>> = {
  overview: Overview,
  jobs: Unfinished,
  submit: Unfinished,
  operators: Unfinished,
  faults: Unfinished,
};
