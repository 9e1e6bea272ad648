import { useState } from "preact/hooks";
import type { InstallationStatus, QueueStatus } from "../../status/model";
import { counted } from "../format";
import type { Outcome, Session } from "../routes";
import { Consent } from "./consent";
import { OutcomeBanner } from "./letterActions";
import { installationOptions, quoted } from "./letterWords";
import { Command } from "./parts";
import { requestChange } from "./requests";

interface QueuePurgeProps {
  readonly queue: QueueStatus;
  readonly status: InstallationStatus;
  readonly session: Session | undefined;
  /** A worker pool reads it. */
  readonly isRead: boolean;
}

/** Purges a queue of a worker pool, or says how to do that in a terminal. */
export function QueuePurge({ queue: { name, ready }, status, session, isRead }: QueuePurgeProps) {
  const [isAsked, setAsked] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const { context, namespace, name: installation } = status;
  const confirm = async (consent: string) => {
    setOutcome(await requestChange(session ?? {}, "queues/purge", { queue: name, consent }));
    setAsked(false);
  };
  const tasks = counted(ready, "waiting task");
  return (
    <>
      {outcome && <OutcomeBanner outcome={outcome} close={() => setOutcome(undefined)} />}
      {ready > 0 && (session?.token === undefined || !isRead) && (
        <details class="how">
          <summary>Purge {tasks}</summary>
          <p class="hint">
            {isRead ? (
              <>
                This console only reads. Start it with <code>--allow-changes</code>, or use a terminal:
              </>
            ) : (
              "No worker pool reads this queue, so the page does not purge it:"
            )}
          </p>
          <Command
            text={`npx ha-celery queues purge ${quoted(name)}${isRead ? "" : " --other-queue"} ${installationOptions(status)}`}
          />
        </details>
      )}
      {ready > 0 && session?.token !== undefined && isRead && (
        <div class="actions">
          <button type="button" class="danger" onClick={() => setAsked(true)}>
            Purge {tasks} …
          </button>
        </div>
      )}
      {isAsked && (
        <Consent
          title={`Purge queue ${name}?`}
          text={`The ${tasks} of ${namespace}/${installation} in the cluster of context ${context} are deleted for good, and so are those that arrive meanwhile. Tasks that workers have fetched stay.`}
          expected={context}
          meaning="the name of the context"
          action="Purge"
          confirm={confirm}
          close={() => setAsked(false)}
        />
      )}
    </>
  );
}
