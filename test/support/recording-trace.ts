import type { Annotations, Trace } from '../../lambda/core/telemetry.ts';

/** A trace that keeps its spans in memory, in the order in which they end. */
export class RecordingTrace implements Trace {
  readonly spans: { readonly name: string; readonly annotations: Annotations }[] = [];

  async span<T>(
    name: string,
    annotations: Annotations,
    run: (annotate: (more: Annotations) => void) => Promise<T>,
  ): Promise<T> {
    let known = annotations;
    const result = await run((more) => {
      known = { ...known, ...more };
    });
    this.spans.push({ name, annotations: known });
    return result;
  }
}
