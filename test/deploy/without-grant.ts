import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Statement {
  readonly Action: string | readonly string[];
}

interface Policy {
  readonly Type: string;
  readonly Properties: { readonly PolicyDocument: { Statement: Statement[] } };
}

/**
 * Copies a cloud assembly and removes one action from the role of one function. The template's asset
 * is named after its hash, so the copy gets a new name. With the old name, the CLI would find the asset
 * already published and skip it.
 */
export function withoutGrant(
  assembly: string,
  copy: string,
  { policy, action }: { readonly policy: RegExp; readonly action: string },
): void {
  cpSync(assembly, copy, { recursive: true });
  const file = join(copy, 'Holdfast.template.json');
  const before = readFileSync(file, 'utf8');
  const template: { Resources: Record<string, Policy> } = JSON.parse(before);
  const [id] = Object.keys(template.Resources).filter(
    (each) => template.Resources[each]?.Type === 'AWS::IAM::Policy' && policy.test(each),
  );
  const document = template.Resources[id ?? '']?.Properties.PolicyDocument;
  const kept = document?.Statement.filter(({ Action }) => ![Action].flat().includes(action));
  if (!document || !kept || kept.length !== document.Statement.length - 1) {
    throw new Error(`expected one statement that allows ${action} in ${policy}`);
  }
  document.Statement = kept;
  const after = JSON.stringify(template);
  writeFileSync(file, after);
  renameAsset(copy, sha256(before), sha256(after));
}

function renameAsset(folder: string, from: string, to: string): void {
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.json'))) {
    const file = join(folder, name);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(from, to));
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
