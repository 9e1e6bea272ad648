import { at, numberAt, propertiesAt, stringAt } from "../../plugin/values";
import { condition, keyOf, type KubeObject } from "../objects";
import { failed, ready, waiting, type Awaiter, type Progress } from "./awaiter";
import { podReasons } from "./podReasons";

export function jobProgress(live: KubeObject): Progress {
  const [succeeded, active, failures] = ["succeeded", "active", "failed"].map(
    (field) => numberAt(live, "status", field) ?? 0,
  );
  const failure = condition(live, "Failed");
  if (stringAt(failure, "status") === "True") {
    return failed(`failed (${stringAt(failure, "reason")}): ${stringAt(failure, "message")}`);
  }
  if (stringAt(condition(live, "Complete"), "status") === "True") return ready(`${succeeded} pods completed`);
  if (at(live, "spec", "suspend") === true) return ready("suspended");
  const wanted = numberAt(live, "spec", "completions") ?? 1;
  return waiting(`${succeeded} of ${wanted} pods completed, ${active} active, ${failures} failed`);
}

export const jobAwaiter: Awaiter = {
  progress: jobProgress,
  reasons: (live, client) =>
    podReasons(client, keyOf(live).namespace ?? "default", propertiesAt(live, "spec", "selector")),
};
