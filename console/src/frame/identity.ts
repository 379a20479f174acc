import type { Instance } from '../../contract/snapshot.ts';

/** Returns what tells this instance's tab from the tabs of others: `LOCAL`, or account and region. */
export function identityOf({ kind, account, region }: Instance): string {
  return kind === 'laptop' ? 'LOCAL' : [account, region].filter(Boolean).join(' ');
}

/** Returns the title of the tab. It begins with the trouble, because tabs cut the end. */
export function titleOf(instance: Instance | undefined, trouble: string | undefined): string {
  const name = instance ? `${identityOf(instance)} · ${instance.stack}` : 'Holdfast';
  return trouble === undefined ? name : `⚠ ${trouble} · ${name}`;
}

/** Returns the path of the tab's icon: a square, or a triangle for trouble. */
export function iconOf(instance: Instance | undefined, hasTrouble: boolean): string {
  const place = instance?.kind === 'deployed' ? 'aws' : 'local';
  return `/console/icon-${place}${hasTrouble ? '-trouble' : ''}.svg`;
}
