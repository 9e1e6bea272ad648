import { nameOf } from "../../cluster/objects";
import type { Scene } from "./scene";
import { nodeOf } from "./shared/container";
import { Timestamp } from "./shared/timestamp";

const killedAt = new Timestamp();

export const producerKill: Scene = {
  name: "producer-kill",
  summary: "kills the publisher with SIGKILL while it publishes; its Job starts another one, which resumes",
  holdSeconds: 20,
  limits: {
    // The Job controller waits 10 s before it replaces a pod, which then starts Python and connects.
    publishGapSeconds: 30,
    fullStrengthSeconds: 10,
  },
  needsAgents: true,
  async inject(drill) {
    const { cluster, load, nodes } = drill;
    const [publisher] = await cluster.pods(load.namespace, load.publisherSelector);
    const container = publisher?.status?.containerStatuses?.find(({ state }) => state?.running)?.containerID;
    if (!publisher || !container)
      throw new Error(`no publisher runs in ${load.namespace} (${load.publisherSelector})`);
    const processes = await nodes.processes(nodeOf(publisher), container);
    await nodes.shell(nodeOf(publisher), `kill -KILL ${processes.join(" ")}`);
    killedAt.record(drill);
    drill.event(`${nameOf(publisher)}: SIGKILL`);
  },
  async check(drill) {
    const time = killedAt.of(drill);
    const { confirmed, finished } = await drill.load.events();
    const confirmedBefore = new Set(confirmed.filter(({ at }) => at < time).map(({ id }) => id));
    const executions = new Map<string, number>();
    for (const { id } of finished) executions.set(id, (executions.get(id) ?? 0) + 1);
    const repeated = [...executions]
      .filter(([id, times]) => times > 1 && confirmedBefore.has(id))
      .map(([id]) => id);
    const confirmedAfter = confirmed.filter(({ at }) => at >= time).length;
    drill.note("confirmed after the kill", confirmedAfter);
    return [
      ...(confirmedAfter === 0 ? ["no publisher resumed"] : []),
      ...(repeated.length > 0
        ? [`published again although confirmed: ${repeated.slice(0, 5).join(", ")}`]
        : []),
    ];
  },
};
