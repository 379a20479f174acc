/** The names and codes under which Service Quotas lists the quotas of Bedrock. */
import { profileOf } from './geography.ts';
import type { Target } from './policy.ts';
import { QUOTA_TABLE } from './quota-table.ts';
import { type QuotaScope, quotaScopeOf } from './quotas.ts';

export type QuotaUnit = 'tokens' | 'requests';

export interface QuotaName {
  readonly name: string;
  /** @default not known: the name alone identifies the quota */
  readonly code?: string;
}

/** A quota as Service Quotas lists it. */
export interface ListedQuota {
  readonly code: string;
  readonly name: string;
  readonly value: number;
}

/** The tokens per day of all models of a source Region together. */
export const TOKENS_PER_DAY: Required<QuotaName> = {
  name: 'Cross-Model Max Tokens Per Day',
  code: 'L-E3F10727',
};

type Codes = Readonly<Record<QuotaScope, string>>;

interface Row {
  readonly name: string;
  readonly codes: Codes;
}

const ROWS: ReadonlyMap<string, Row> = new Map(
  QUOTA_TABLE.trim()
    .split('\n')
    .slice(1)
    .map((row) => {
      const [model = '', onDemand = '', geo = '', global = '', ...name] = row.split(/ +/);
      return [model, { name: name.join(' '), codes: { 'on-demand': onDemand, geo, global } }];
    }),
);

/** The ids of the models whose quotas have known names. */
export const MODELS_WITH_QUOTA_NAMES: readonly string[] = [...ROWS.keys()];

/** The words for a scope, with which a quota's name begins. */
export const QUOTA_SCOPE_NAMES: Readonly<Record<QuotaScope, string>> = {
  'on-demand': 'On-demand',
  geo: 'Cross-region',
  global: 'Global cross-region',
};

/** Returns the name of the target's quota per minute; undefined for a model that the table does not have. */
export function quotaNameOf(target: Target, unit: QuotaUnit): QuotaName | undefined {
  const row = ROWS.get(profileOf(target).model);
  if (!row) return undefined;
  const scope = quotaScopeOf(target);
  const [tokens = '-', requests = '-'] = row.codes[scope].split('/');
  const code = unit === 'tokens' ? tokens : requests;
  const name = `${QUOTA_SCOPE_NAMES[scope]} model inference ${unit} per minute for ${row.name}`;
  return code === '-' ? { name } : { name, code: `L-${code}` };
}

/**
 * Finds a quota by its whole name and, where it is known, its code. Returns undefined unless exactly one
 * quota has both: a quota of another model would admit too much or too little.
 */
export function findQuota(
  listed: readonly ListedQuota[],
  quota: QuotaName | undefined,
): ListedQuota | undefined {
  if (!quota) return undefined;
  const name = comparable(quota.name);
  const found = listed.filter((each) => comparable(each.name) === name);
  const only = found.length === 1 ? found[0] : undefined;
  return quota.code === undefined || only?.code === quota.code ? only : undefined;
}

/** AWS writes both `Cross-region` and `Cross-Region`, and ends the names of some models with ` V1`. */
function comparable(name: string): string {
  return name.toLowerCase().replace(/ v1$/, '');
}
