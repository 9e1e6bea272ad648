import { dnsOff } from "./dnsOff";
import type { Drill, Scene } from "./scene";
import { drainNode } from "./shared/drainNode";
import { freezeBroker } from "./shared/freezeBroker";
import { UNCONFIRMED } from "./shared/unconfirmed";

const NOTICED_SECONDS = 60;

export const dnsDrain: Scene = {
  name: "dns-drain",
  summary: "drains the leader's node while DNS is away and a follower is frozen: the leader waits for quorum",
  holdSeconds: 90,
  limits: {
    // If the leader left, no majority would remain until the fault is undone.
    publishGapSeconds: 15,
    consumeGapSeconds: 15,
    duplicated: UNCONFIRMED,
    fullStrengthSeconds: 120,
  },
  needsAgents: true,
  async inject(drill) {
    await freezeFollower(drill);
    await dnsOff.inject(drill);
    const node = drill.victim.kubernetesNode;
    const pods = await drainNode(drill, node);
    drill.event(`${node}: ${pods.length} pods evicted`);
  },
};

/** Returns when the other brokers know that it is away. Until then, they count it for the quorum. */
async function freezeFollower(drill: Drill): Promise<void> {
  const { brokers, victim } = drill;
  const follower = (await brokers.list()).find(({ node }) => node !== victim.node);
  if (!follower) throw new Error(`${brokers.name} has no other broker than ${victim.pod}`);
  await freezeBroker(drill, follower);
  await drill.until(`${follower.pod} is away`, NOTICED_SECONDS, async () =>
    (await brokers.members()).some(({ node, running }) => node === follower.node && !running),
  );
}
