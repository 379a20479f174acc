import { useEffect, useId, useRef } from 'preact/hooks';

/** Asks before an action that cannot be undone. Escape and the first button keep things as they are. */
export function Confirm({
  question,
  detail,
  act,
  onAct,
  onClose,
}: {
  readonly question: string;
  readonly detail: string;
  /** The word on the button that acts. */
  readonly act: string;
  readonly onAct: () => void;
  readonly onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  // A modal dialog keeps the focus, and gives it back to the button that opened it.
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => dialog.current?.close();
  return (
    <dialog ref={dialog} aria-labelledby={title} onClose={onClose}>
      <h2 id={title}>{question}</h2>
      <p>{detail}</p>
      <div class="actions">
        <button type="button" onClick={close}>
          Go back
        </button>
        <button
          type="button"
          class="danger"
          onClick={() => {
            close();
            onAct();
          }}
        >
          {act}
        </button>
      </div>
    </dialog>
  );
}
