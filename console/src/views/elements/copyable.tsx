import { useState } from 'preact/hooks';

/** A text to copy, with the button that does it. */
export function Copyable({ label, text }: { readonly label: string; readonly text: string }) {
  const [state, setState] = useState<{ readonly of: string; readonly word: string }>();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setState({ of: text, word: 'Copied' });
    } catch {
      setState({ of: text, word: 'Select the text to copy it' });
    }
  };
  return (
    <figure class="copyable">
      <figcaption>
        <span>{label}</span>
        <button type="button" class="small" onClick={copy}>
          {state?.of === text ? state.word : 'Copy'} <span class="unseen">{label}</span>
        </button>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard. */}
      <section class="scrolls" tabIndex={0} aria-label={label}>
        <pre>{text}</pre>
      </section>
    </figure>
  );
}
