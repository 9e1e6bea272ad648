import { nameOf } from "../../cluster/cluster";
import { nodeOf, type Scene } from "./scene";
import { idOf } from "./shared/killBroker";
import { someWorker } from "./shared/workers";

export const workerKill: Scene = {
  name: "worker-kill",
  summary: "a process of a worker's pool is ended with SIGKILL in the middle of its task",
  // So long and so many that every slot is in the middle of one.
  load: { taskSeconds: 1, rate: 7, prefetch: 1 },
  holdSeconds: 15,
  limits: {
    publishGapSeconds: 1,
    // A task of one second, and one more.
    consumeGapSeconds: 2,
    workerBackSeconds: 15,
    // The task's own end was recorded just before, its acknowledgement had not left yet.
    duplicated: 1,
  },
  needsAgents: true,
  async inject(drill) {
    const worker = await someWorker(drill);
    const container = worker.status?.containerStatuses?.[0]?.containerID;
    const [, ...pool] = await drill.nodes.processes(nodeOf(worker), idOf(container));
    const process = pool.at(-1);
    if (process === undefined) throw new Error(`the worker ${nameOf(worker)} has no pool processes`);
    await drill.nodes.shell(nodeOf(worker), `kill -KILL ${process}`);
    drill.event(`${nameOf(worker)}: SIGKILL to one of ${pool.length} pool processes`);
  },
};
