import type { Instance } from '../../../contract/snapshot.ts';
import { Copyable } from '../elements/copyable.tsx';
import { cliCommand, clientCode, curlCommand } from './commands.ts';
import type { Draft, Written } from './draft.ts';

/** The commands and the code that send exactly the request of the form. */
export function Commands({
  draft,
  written,
  instance: { apiUrl, kind, stack },
}: {
  readonly draft: Draft;
  readonly written: Written;
  readonly instance: Instance;
}) {
  return (
    <section aria-labelledby="commands">
      <h2 id="commands">The same request elsewhere</h2>
      {!written.valid && <p>Correct the body, and its commands appear here.</p>}
      {written.valid && (
        <>
          <p class="minor">
            Set HOLDFAST_API_KEY to the key of the tenant {draft.tenant || 'that submits'} first.
          </p>
          {(
            [
              ['curl', curlCommand],
              ['Command line', cliCommand],
              ['TypeScript', clientCode],
            ] as const
          ).map(([label, textFor]) => (
            <Copyable
              key={label}
              label={label}
              text={textFor({
                apiUrl,
                body: written.body,
                idempotencyKey: draft.idempotencyKey,
                ...(kind === 'deployed' && { stack }),
              })}
            />
          ))}
        </>
      )}
    </section>
  );
}
