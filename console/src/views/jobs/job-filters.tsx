import { JOB_STATUSES, type JobStatus } from '../../../../lambda/contract/words.ts';
import type { JobFilterName } from '../../../contract/jobs.ts';
import type { Instance } from '../../../contract/snapshot.ts';
import { type Choice, choicesOf, Select } from '../elements/field.tsx';
import { FILTER_WORDS, type JobQuery, jobsAddress } from './job-query.ts';

const FILTERS = Object.entries(FILTER_WORDS) as readonly [JobFilterName, string][];
const ALL: Choice = { value: '', label: 'All' };

/** The filters. They are links and lists that change the address, so that it can be shared. */
export function JobFilters({
  query,
  instance,
  tenants,
}: {
  readonly query: JobQuery;
  readonly instance: Instance;
  readonly tenants: readonly string[];
}) {
  // Another filter begins at the first page.
  const { cursor: _, ...filters } = query;
  const go = (change: JobQuery) => {
    location.hash = jobsAddress({ ...filters, ...change });
  };
  const known = (names: readonly string[], chosen = '') =>
    choicesOf(chosen === '' || names.includes(chosen) ? names : [chosen, ...names]);
  return (
    <search class="filters">
      <ul class="chips" aria-label="Jobs that need attention">
        {([['', 'All'], ...FILTERS] as const).map(([filter, words]) => (
          <li key={filter}>
            <a
              class="chip"
              href={jobsAddress({ ...filters, filter: filter || undefined })}
              aria-current={(query.filter ?? '') === filter ? 'true' : undefined}
            >
              {words}
            </a>
          </li>
        ))}
      </ul>
      <Select
        label="Status"
        value={query.status ?? ''}
        choices={[ALL, ...choicesOf(JOB_STATUSES)]}
        onChange={(status) => go({ status: (status || undefined) as JobStatus | undefined })}
      />
      <Select
        label="Chain"
        value={query.chain ?? ''}
        choices={[
          ALL,
          ...known(
            instance.chains.map(({ chain }) => chain),
            query.chain,
          ),
        ]}
        onChange={(chain) => go({ chain: chain || undefined })}
      />
      <Select
        label="Tenant"
        value={query.tenant ?? ''}
        choices={[ALL, ...known(tenants, query.tenant)]}
        onChange={(tenant) => go({ tenant: tenant || undefined })}
      />
    </search>
  );
}
