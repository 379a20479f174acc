/**
 * Writes `client/openapi.ts`, the types of the client, from `docs/openapi.json`.
 *
 *     npm run openapi
 */
import '../node/check-version.js';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const document = readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8');
const hash = createHash('sha256').update(document).digest('hex');
// A property with a default need not be in a request.
const types = astToString(
  await openapiTS(JSON.parse(document), { defaultNonNullable: false, immutable: true }),
);
const head = `// Made by \`npm run openapi\` from docs/openapi.json (SHA-256 ${hash}). Do not edit it.\n\n`;
writeFileSync(new URL('../../client/openapi.ts', import.meta.url), head + types);
