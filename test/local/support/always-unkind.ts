import type { Unkind, UnkindName } from '../../../local/unkind.ts';

/** Every draw of this behaviour hits, and nothing else is unkind. */
export function always(name: UnkindName): Unkind {
  return {
    has: (each) => each === name,
    chance: (each) => () => each === name,
    random: () => () => 0.5,
  };
}
