import { Problem } from '../../../../client/problem.ts';

export interface FieldFault {
  readonly field: string;
  readonly detail: string;
}

/** Returns the faults of fields that the API named. */
export function faultsOf(error: unknown): readonly FieldFault[] {
  return error instanceof Problem ? (error.errors ?? []) : [];
}

/** Shows what went wrong: title, detail, the fields, and the id that finds the request in the logs. */
export function Trouble({
  error,
  without = [],
}: {
  readonly error: unknown;
  /** Fields whose faults are shown beside them. */
  readonly without?: readonly string[];
}) {
  if (error === undefined) return null;
  const faults = faultsOf(error).filter(({ field }) => !without.includes(field));
  const problem = error instanceof Problem ? error : undefined;
  return (
    <div class="trouble" role="alert">
      <p>
        <strong>{problem?.title ?? messageOf(error)}</strong>
        {problem && ` (${problem.status})`}
      </p>
      {problem?.detail && <p>{problem.detail}</p>}
      {faults.length > 0 && (
        <ul>
          {faults.map(({ field, detail }) => (
            <li key={field}>
              <code>{field}</code>: {detail}
            </li>
          ))}
        </ul>
      )}
      {problem?.requestId && <p class="minor">Request {problem.requestId}</p>}
    </div>
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
