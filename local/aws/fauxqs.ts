import type { buildApp } from 'fauxqs';

/** fauxqs as it is served here: a Fastify app with its hooks open to guards. */
export type Fauxqs = ReturnType<typeof buildApp>;
