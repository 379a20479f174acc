/** The fake Bedrock's description of its faults, as GET /_control returns it. */

export interface FaultDescription {
  /** The seed of everything that the fake draws. The same seed and the same calls repeat it. */
  readonly seed: number;
  /** The fields that every rule may have. */
  readonly fields: FieldSchemas;
  readonly faults: readonly Fault[];
  readonly presets: readonly Preset[];
}

export interface Fault {
  readonly fault: string;
  readonly effect: string;
  /** The fields that only this fault has. */
  readonly fields: FieldSchemas;
  readonly required: readonly string[];
}

export interface Preset {
  readonly name: string;
  readonly description: string;
  readonly rules: readonly Rule[];
}

export type FieldSchemas = Readonly<Record<string, FieldSchema>>;

/** The part of JSON Schema that the description uses. */
export interface FieldSchema {
  readonly type?: 'string' | 'number' | 'integer' | 'object';
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly unit?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
}

/** A rule as the fake takes it. */
export type Rule = { readonly fault: string } & Readonly<Record<string, unknown>>;

/** A rule that is set. */
export interface SetRule {
  readonly id: string;
  readonly setAtMs: number;
  readonly rule: Rule;
}
