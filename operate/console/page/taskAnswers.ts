import { useEffect, useState } from "preact/hooks";
import { messageOf } from "../../errors";
import type { Known } from "../embedded";
import { EMBEDDED } from "./embeddedData";
import { ask } from "./requests";
import { exportedAnswer, type TasksAnswer, type TasksQuestion } from "../tasks";

interface Answer {
  readonly answer?: TasksAnswer;
  readonly failure?: string;
}

const exportedIn =
  ({ tasks }: Known) =>
  (question: TasksQuestion): Answer => ({
    answer: tasks && exportedAnswer(tasks, question),
    failure: "The console had not read the metrics of the workers.",
  });

/** Asks about tasks again with each status. Keeps the last answer while the next one is under way. */
export const useTasks: (question: TasksQuestion, now: number, isAsked?: boolean) => Answer =
  EMBEDDED?.kind === "console" ? exportedIn(EMBEDDED) : useAskedTasks;

function useAskedTasks({ seconds, task, queue }: TasksQuestion, now: number, isAsked = true): Answer {
  const [state, setState] = useState<Answer>({});
  useEffect(() => {
    if (!isAsked) return;
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
