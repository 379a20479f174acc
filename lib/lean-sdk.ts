import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';

/** A function gets its credentials from environment variables, and from nowhere else. */
const CREDENTIAL_PROVIDERS = /[\\/]credential-provider-node[\\/]dist-es[\\/]index\.js$/;
const SCHEMAS = /[\\/]client-[a-z-]+[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/;
const SSM = /[\\/]client-ssm[\\/]/;

/**
 * Leaves out the parts of the AWS SDK that a function never uses, because every cold start compiles
 * and runs them: the credential providers for profiles, SSO, processes and containers; the schemas of
 * operations that nobody calls; and the classes of SSM's errors, which are 140. An error without a class
 * still has its name and its message.
 */
export const leanSdk: Plugin = {
  name: 'lean-sdk',
  setup(build) {
    build.onLoad({ filter: CREDENTIAL_PROVIDERS }, ({ path }) => ({
      contents: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
      resolveDir: dirname(path),
    }));
    build.onLoad({ filter: SCHEMAS }, ({ path }) => {
      const source = withPlainKeys(readFileSync(path, 'utf8'));
      return { contents: SSM.test(path) ? withoutErrors(source) : source };
    });
  },
};

/**
 * Replaces the computed keys of the schemas by the texts that they stand for. esbuild drops an unused
 * object only if its keys are plain.
 */
function withPlainKeys(source: string): string {
  const texts = new Map(
    Array.from(source.matchAll(/^const (\w+) = ("[^"]*");$/gm), ([, name, text]) => [name, text]),
  );
  return source.replace(/\[(\w+)\]:/g, (key, name) =>
    texts.has(name) ? `${texts.get(name)}:` : key,
  );
}

function withoutErrors(source: string): string {
  return source.replace(/^n\d+_registry\.registerError\(.*\);$/gm, '');
}
