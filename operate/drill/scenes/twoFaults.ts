import { nodeOff } from "./nodeOff";
import type { Drill, Scene } from "./scene";
import { killBroker } from "./shared/killBroker";
import { UNCONFIRMED } from "./shared/unconfirmed";

/** Kubernetes has not noticed the first fault yet; clients and peers have. */
const BETWEEN_SECONDS = 20;
const ELECTION_SECONDS = 30;

export const twoFaults: Scene = {
  name: "two-faults",
  summary: "cuts the power of the leader's machine, and kills the next leader before the first is back",
  holdSeconds: 90,
  limits: {
    // From the second fault until the killed broker serves again: without it there is no majority.
    publishGapSeconds: 60,
    consumeGapSeconds: 60,
    duplicated: UNCONFIRMED,
    fullStrengthSeconds: 120,
  },
  destructive: true,
  needsAgents: true,
  needsPower: true,
  async inject(drill) {
    await nodeOff.inject(drill);
    await drill.wait(BETWEEN_SECONDS);
    await killNextLeader(drill);
  },
};

async function killNextLeader(drill: Drill): Promise<void> {
  const { brokers, load, victim } = drill;
  const isNext = (node: string) => node !== "" && node !== victim.node;
  let leader = "";
  await drill.until("the queue has another leader", ELECTION_SECONDS, async () => {
    ({ leader } = await brokers.queue(load.queue));
    return isNext(leader);
  });
  const next = (await brokers.list()).find(({ node }) => node === leader);
  if (!next) throw new Error(`there is no pod of the leader ${leader}`);
  await killBroker(drill, next);
}
