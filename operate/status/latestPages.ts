import type { Sample } from "../cluster/metrics";
import { once, PATIENT_SECONDS } from "../cluster/patience";
import { type PageReader, type Pages, readPages } from "./processes";

/**
 * Metrics for a view that is refreshed. Waiting for a late answer would hide for that time what else a lost machine
 * changes, so the last answer of a process counts instead, for as long.
 */
export class LatestPages {
  private latest = new Map<string, { readonly at: number; readonly samples: readonly Sample[] }>();

  readonly read: PageReader = async (cluster, pods) => this.complete(await readPages(cluster, pods, once));

  /** Adds the last answer of those that have not answered now. */
  complete(pages: Pages, now = Date.now()): Pages {
    const answered = [...pages].flatMap(([pod, samples]) => {
      if (samples) return [[pod, { at: now, samples }] as const];
      const before = this.latest.get(pod);
      return before && now - before.at < PATIENT_SECONDS * 1000 ? [[pod, before] as const] : [];
    });
    this.latest = new Map(answered);
    return new Map([...pages.keys()].map((pod) => [pod, this.latest.get(pod)?.samples]));
  }
}
