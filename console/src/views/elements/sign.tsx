import type { SignName, Tone } from '../sign-names.ts';

/** Paths on a square of 16 × 16; lines have a width of 2. */
const PATHS: Readonly<Record<SignName, string>> = {
  check: 'M2.5 8.5 6.5 12.5 13.5 4',
  cross: 'M3.5 3.5 12.5 12.5M12.5 3.5 3.5 12.5',
  dash: 'M3 8H13',
  stop: 'M4 4H12V12H4Z',
  ring: 'M8 2.5A5.5 5.5 0 1 1 8 13.5A5.5 5.5 0 1 1 8 2.5Z',
  half: 'M8 2.5A5.5 5.5 0 1 1 8 13.5A5.5 5.5 0 1 1 8 2.5ZM8 5V11M10.5 6V10',
  pause: 'M5.5 3V13M10.5 3V13',
  clock: 'M8 2.5A5.5 5.5 0 1 1 8 13.5A5.5 5.5 0 1 1 8 2.5ZM8 5V8L10.5 9.5',
  tray: 'M2.5 9V13H13.5V9M8 2.5V9M5.5 6.5 8 9 10.5 6.5',
  warning: 'M8 2.5 14 13.5H2ZM8 6.5V9.5M8 11V11.6',
};

/** A sign that differs by shape. It stands beside its word, so screen readers skip it. */
export function Sign({ name, tone }: { readonly name: SignName; readonly tone: Tone }) {
  return (
    <svg class={`sign ${tone}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
