/** The page's addresses: `#/jobs/ID?filter=waiting`. */

export const VIEW_NAMES = ['overview', 'jobs', 'submit', 'operators', 'faults'] as const;
export type ViewName = (typeof VIEW_NAMES)[number];

export interface Route {
  /** Absent for an address that names no view. */
  readonly view?: ViewName;
  /** The address without `#/` and without the query: `jobs/ID`. */
  readonly path: string;
  /** The query without `?`. */
  readonly search: string;
}

/** Reads the fragment of an address. An empty one is the overview. */
export function parseRoute(fragment: string): Route {
  const [path = '', search = ''] = fragment.replace(/^#?\/?/, '').split('?', 2);
  const [name = ''] = path.split('/');
  const view = VIEW_NAMES.find((each) => each === (name || 'overview'));
  return { ...(view && { view }), path: path || 'overview', search };
}

/** Returns the views that the instance has: only the laptop has faults. */
export function viewsOf(kind: 'laptop' | 'deployed'): readonly ViewName[] {
  return kind === 'laptop' ? VIEW_NAMES : VIEW_NAMES.filter((name) => name !== 'faults');
}
