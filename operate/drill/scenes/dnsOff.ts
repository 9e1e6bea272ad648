import { nameOf } from "../../cluster/cluster";
import { filter, unfilter } from "../agents/podNetwork";
import type { Scene } from "./scene";

const QUESTIONS = ["udp", "tcp"].map((protocol) => ({ match: `-p ${protocol} --dport 53`, target: "DROP" }));

export const dnsOff: Scene = {
  name: "dns-off",
  summary: "brokers, workers and publisher get no answer from DNS",
  holdSeconds: 60,
  // Names are needed for new connections only, and none is lost.
  limits: { publishGapSeconds: 1, consumeGapSeconds: 1, duplicated: 0, fullStrengthSeconds: 30 },
  needsAgents: true,
  async inject(drill) {
    const { brokers, cluster, load, nodes } = drill;
    const pods = [
      ...(await brokers.pods()),
      ...(await cluster.pods(load.namespace, load.workerSelector)),
      ...(await cluster.pods(load.namespace, load.publisherSelector)),
    ];
    await Promise.all(
      pods.map((pod) => {
        drill.undo(`${nameOf(pod)}: DNS as before`, () => unfilter(nodes, pod));
        return filter(nodes, pod, QUESTIONS, ["OUTPUT"]);
      }),
    );
    drill.event(`${pods.length} pods: no DNS`);
  },
};
