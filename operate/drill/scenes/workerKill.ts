import { nameOf } from "../../cluster/objects";
import type { Scene } from "./scene";
import { nodeOf } from "./shared/container";
import { anyWorker } from "./shared/workers";

export const workerKill: Scene = {
  name: "worker-kill",
  summary: "kills one of a worker's pool processes with SIGKILL while it runs a task",
  // Tasks are long and frequent enough to keep every slot busy.
  load: { taskSeconds: 1, rate: 7, prefetch: 1 },
  holdSeconds: 15,
  limits: {
    publishGapSeconds: 1,
    // Two tasks of one second.
    consumeGapSeconds: 2,
    workerBackSeconds: 15,
    // The killed task may have been recorded but not yet acknowledged.
    duplicated: 1,
  },
  needsAgents: true,
  async inject(drill) {
    const worker = await anyWorker(drill);
    const container = worker.status?.containerStatuses?.[0]?.containerID;
    const [, ...pool] = await drill.nodes.processes(nodeOf(worker), container ?? "");
    const process = pool.at(-1);
    if (process === undefined) throw new Error(`the worker ${nameOf(worker)} has no pool processes`);
    await drill.nodes.shell(nodeOf(worker), `kill -KILL ${process}`);
    drill.event(`${nameOf(worker)}: SIGKILL to one of ${pool.length} pool processes`);
  },
};
