import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { messageOf } from "../../errors";
import { Icon } from "./parts";

interface ConsentProps {
  /** What happens, as a question: `Purge 12 dead letters?` */
  readonly title: string;
  /** What that means. */
  readonly text: string;
  /** What to type. */
  readonly expected: string;
  /** What that is: `the number of dead letters`. */
  readonly meaning: string;
  /** Name of the button. */
  readonly action: string;
  /** Makes the change. An error is shown, and the dialog stays. */
  readonly confirm: (consent: string) => Promise<void>;
  readonly close: () => void;
  /** Options of the change. */
  readonly children?: ComponentChildren;
}

/** Asks to type something before a change is made. */
export function Consent({ title, text, expected, meaning, action, confirm, close, children }: ConsentProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  useEffect(() => dialog.current?.showModal(), []);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (typed.trim() !== expected || isBusy) return;
    setBusy(true);
    setFailure(undefined);
    await confirm(typed).catch((error: unknown) => setFailure(messageOf(error)));
    setBusy(false);
  };
  return (
    <dialog
      ref={dialog}
      class="consent"
      aria-labelledby="consent-title"
      onClose={close}
      // Escape must not hide a change that is under way.
      onCancel={(event) => isBusy && event.preventDefault()}
    >
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="consent-title">{title}</h2>
        <p>{text}</p>
        {children}
        <label>
          <span>
            Type {meaning}, <strong>{expected}</strong>, to continue:
          </span>
          <input
            // Options come before it, but are rarely needed.
            autofocus
            value={typed}
            autocomplete="off"
            spellcheck={false}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        </label>
        {failure !== undefined && (
          <p class="failure" role="alert">
            <Icon tone="bad" /> {failure}
          </p>
        )}
        <div class="buttons">
          <button type="button" disabled={isBusy} onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class="danger" disabled={typed.trim() !== expected || isBusy}>
            {isBusy ? "Working …" : action}
          </button>
        </div>
      </form>
    </dialog>
  );
}
