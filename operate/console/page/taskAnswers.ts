import { useEffect, useState } from "preact/hooks";
import { messageOf } from "../../errors";
import { EMBEDDED } from "./embeddedData";
import { ask } from "./requests";
import type { TasksAnswer } from "../tasks";

/** What to ask about tasks. */
export interface TasksQuestion {
  /** 0: since each worker started. */
  readonly seconds?: number;
  /** Asks for the rates of one. */
  readonly task?: string;
  readonly queue?: string;
}

/** Asks about tasks again with each status. Keeps the last answer while the next one is under way. */
export function useTasks(
  { seconds, task, queue }: TasksQuestion,
  now: number,
  isAsked = true,
): { answer?: TasksAnswer; failure?: string } {
  const [state, setState] = useState<{ answer?: TasksAnswer; failure?: string }>({});
  useEffect(() => {
    if (!isAsked || EMBEDDED) return;
    const stopped = new AbortController();
    const parameters = {
      ...(seconds !== undefined && { seconds: String(seconds) }),
      ...(task !== undefined && { task }),
      ...(queue !== undefined && { queue }),
    };
    ask<TasksAnswer>("tasks", parameters, stopped.signal).then(
      (answer) => setState({ answer }),
      (error: unknown) =>
        stopped.signal.aborted || setState(({ answer }) => ({ answer, failure: messageOf(error) })),
    );
    return () => stopped.abort();
  }, [now, seconds, task, queue, isAsked]);
  return state;
}
