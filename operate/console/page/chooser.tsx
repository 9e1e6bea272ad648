import { useEffect, useRef, useState } from "preact/hooks";
import type { InstallationName } from "../../cluster/installation";
import type { Choice } from "../installations";
import { addressOf } from "./choice";
import { rememberSwitch, takeSwitch } from "./focus";
import { Icon, State } from "./parts";
import { useAnswer } from "./requests";

/** A filter helps only with a longer list. */
const FILTER_FROM = 8;

interface ChooserProps {
  /** The installation that this tab shows. */
  readonly shown: Choice | undefined;
  /** The view that stays open. */
  readonly view: string;
}

/** Switches to another installation, of this context or of another one. */
export function Chooser(props: ChooserProps) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  // The button that led here, as if the page had stayed.
  useEffect(() => {
    if (takeSwitch()) button.current?.focus();
  }, []);
  return (
    <>
      <button ref={button} type="button" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        Switch …
      </button>
      {isOpen && <ChooserDialog {...props} close={() => setOpen(false)} />}
    </>
  );
}

function ChooserDialog({ shown, view, close }: ChooserProps & { readonly close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [filter, setFilter] = useState("");
  const { value: contexts, failure } = useAnswer<string[]>("contexts");
  useEffect(() => dialog.current?.showModal(), []);
  const listed = contexts?.filter((context) => context.toLowerCase().includes(filter.toLowerCase()));
  return (
    <dialog ref={dialog} class="chooser" aria-labelledby="chooser" onClose={close}>
      <div class="title-row">
        <h2 id="chooser">Installations by context</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
      <p class="hint">A cluster is asked when you open its context.</p>
      {(contexts?.length ?? 0) >= FILTER_FROM && (
        <input
          type="search"
          placeholder="Filter by name"
          aria-label="Filter contexts by name"
          value={filter}
          onInput={({ currentTarget }) => setFilter(currentTarget.value)}
        />
      )}
      {failure !== undefined && <State tone="bad">The contexts cannot be listed: {failure}</State>}
      {!contexts && failure === undefined && <p role="status">Reading the kubeconfig …</p>}
      {listed?.map((context) => (
        <Context key={context} context={context} shown={shown} view={view} />
      ))}
      {listed?.length === 0 && <p class="hint">No context has “{filter}” in its name.</p>}
    </dialog>
  );
}

function Context({ context, shown, view }: ChooserProps & { readonly context: string }) {
  const isShown = context === shown?.context;
  const [isOpen, setOpen] = useState(isShown);
  return (
    <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        {context}
        {isShown && <span class="hint"> (shown)</span>}
      </summary>
      {isOpen && <ContextInstallations context={context} shown={shown} view={view} />}
    </details>
  );
}

function ContextInstallations({ context, shown, view }: ChooserProps & { readonly context: string }) {
  const [attempt, setAttempt] = useState(0);
  const question = `installations?${String(new URLSearchParams({ in: context }))}`;
  const { value: found, failure } = useAnswer<InstallationName[]>(question, attempt);
  if (failure !== undefined)
    return (
      <div class="failure" role="alert">
        <Icon tone="bad" />
        <span>{failure}</span>
        <button type="button" onClick={() => setAttempt(attempt + 1)} aria-label={`Ask ${context} again`}>
          Ask again
        </button>
      </div>
    );
  if (!found) return <p role="status">Asking the cluster …</p>;
  if (found.length === 0) return <p class="hint">No installation</p>;
  return (
    <ul>
      {found.map(({ namespace, name }) => {
        const isShown = context === shown?.context && namespace === shown.namespace && name === shown.name;
        return (
          <li key={`${namespace}/${name}`}>
            <a
              href={addressOf({ context, namespace, name }, view)}
              aria-current={isShown ? "page" : undefined}
              onClick={({ currentTarget }) => {
                if (!isShown) rememberSwitch();
                currentTarget.closest("dialog")?.close();
              }}
            >
              {namespace}/{name}
            </a>
          </li>
        );
      })}
    </ul>
  );
}
