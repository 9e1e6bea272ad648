import { nameOf } from "../../cluster/cluster";
import { nodeOf, type Scene } from "./scene";
import { Moments } from "./shared/moments";

const killed = new Moments();

export const producerKill: Scene = {
  name: "producer-kill",
  summary:
    "the publisher is ended with SIGKILL in the middle of its work; its Job starts another, which resumes",
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
    killed.note(drill);
    drill.event(`${nameOf(publisher)}: SIGKILL`);
  },
  async check(drill) {
    const at = killed.of(drill);
    const { confirmed, finished } = await drill.load.events();
    const known = new Set(confirmed.filter((confirm) => confirm.at < at).map(({ id }) => id));
    const runs = new Map<string, number>();
    for (const { id } of finished) runs.set(id, (runs.get(id) ?? 0) + 1);
    const again = [...runs].filter(([id, times]) => times > 1 && known.has(id)).map(([id]) => id);
    const after = confirmed.filter((confirm) => confirm.at >= at).length;
    drill.note("confirmed after the kill", after);
    return [
      ...(after === 0 ? ["no publisher resumed"] : []),
      ...(again.length > 0 ? [`published again though confirmed: ${again.slice(0, 5).join(", ")}`] : []),
    ];
  },
};
