import type { FrameProps } from '../frame/frame-props.ts';

export function Overview({ snapshot }: FrameProps) {
  return <h1>{snapshot.health?.value.status ?? 'The health was not read yet'}</h1>;
}
