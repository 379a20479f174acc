import type { Instance } from '../../console/contract/snapshot.ts';
import type { AdminHealthView } from '../../lambda/contract/schemas/admin-health-view.ts';

export const AN_INSTANCE: Instance = {
  kind: 'laptop',
  stack: 'Holdfast',
  region: 'us-east-1',
  apiUrl: 'http://127.0.0.1:8787/v1',
  tenants: ['ours', 'theirs'],
  chains: [
    {
      chain: 'default',
      tiers: [{ tier: 'primary', targets: [{ target: 'us-east-1/model.a' }] }],
    },
  ],
  recoveryStages: [1, 5, 10],
  updates: 'stream',
  pollSeconds: 1,
};

/** The health of a stack that has not yet had a call. */
export function someHealth(): AdminHealthView {
  return {
    status: 'healthy',
    chains: [{ chain: 'default', status: 'healthy' }],
    regions: [],
    models: [],
    profiles: [],
    targets: [],
    settings: { status: 'in-force' },
    overrides: [],
    quotas: [],
  };
}
