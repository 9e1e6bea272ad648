import {
  commandProblems,
  environmentProblems,
  queueProblems,
  userProblems,
} from "../shared/celery/validation";
import { RESERVED } from "../shared/celery/environment";
import type { BeatOptions } from "./args";
import { computeProblems, durationProblems, quantityProblems } from "../shared/validation";

export const BEAT: Record<string, string> = { ...RESERVED, HA_CELERY_STATE_DIR: "no argument: it is fixed" };

/** Everything wrong with the arguments of a beat. */
export function beatProblems(options: BeatOptions): string[] {
  return [
    ...queueProblems("queues", options.queues),
    ...quantityProblems("storage.size", options.storage?.size, "1Gi"),
    ...computeProblems(options.compute),
    ...environmentProblems(BEAT, options.env, options.envFromSecrets),
    ...commandProblems(options.command),
    ...userProblems(options.runAsUser),
    ...durationProblems("readyTimeout", options.readyTimeout),
  ];
}
