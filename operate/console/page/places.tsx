import type { Level } from "../../cluster/brokers";
import type { BrokerStatus, InstallationStatus } from "../../status/model";
import { bytes, counted } from "../format";
import { type Place, type PlacedPod, placesOf, shortName } from "../placement";
import { Crown, Meter, State, type Tone } from "./parts";

/** Kubernetes nodes as boxes, with the brokers and pods in them. */
export const Places = ({ status }: { status: InstallationStatus }) => (
  <section aria-labelledby="nodes">
    <h2 id="nodes">Nodes</h2>
    <div class="places">
      {placesOf(status).map((place) => (
        <PlaceBox key={place.node} place={place} known={status.queues !== undefined} />
      ))}
    </div>
  </section>
);

const STATES: Readonly<Record<Place["state"], readonly [Tone, string]>> = {
  ready: ["good", "Ready"],
  "not ready": ["bad", "Not ready"],
  cordoned: ["warn", "Cordoned"],
  unknown: ["bad", "No such node"],
};

function PlaceBox({ place: { node, state, brokers, pods }, known }: { place: Place; known: boolean }) {
  const [tone, text] = node === "" ? (["bad", "Not scheduled"] as const) : STATES[state];
  const groups = [...new Set(pods.map(({ workload }) => workload))];
  return (
    <article
      class={`place ${node === "" ? "nowhere" : state.replace(" ", "-")}`}
      aria-label={node || "On no node"}
    >
      <header>
        <h3>{node || "On no node"}</h3>
        <State tone={tone}>{text}</State>
      </header>
      {brokers.map((broker) => (
        <BrokerCard key={broker.pod} broker={broker} known={known} />
      ))}
      {groups.map((group) => (
        <PodGroup
          key={group?.name}
          workload={group}
          pods={pods.filter(({ workload }) => workload === group)}
          dead={state === "not ready"}
        />
      ))}
      {brokers.length + pods.length === 0 && <p class="hint">No pods of this installation</p>}
    </article>
  );
}

/** Without queues, nobody knows what a broker leads. */
function BrokerCard({ broker, known }: { broker: BrokerStatus; known: boolean }) {
  const { pod, ready, member, leads, memory, disk, alarms = [] } = broker;
  const [tone, text]: [Tone, string] =
    ready && member
      ? ["good", "Member"]
      : member
        ? ["warn", "Member, not ready"]
        : ready
          ? ["bad", "Not in the cluster"]
          : ["bad", "Not running"];
  return (
    <div class={`broker ${tone}`}>
      <div class="broker-head">
        <h4>{pod}</h4>
        <State tone={tone}>{text}</State>
      </div>
      <div class="broker-facts">
        {leads > 0 ? (
          <span class="leads">
            <Crown />
            leads {counted(leads, "queue")}
          </span>
        ) : (
          <span class="hint">{known ? "leads no queue" : "does not report its queues"}</span>
        )}
        {alarms.map((alarm) => (
          <State key={alarm} tone="bad">
            {alarm} alarm
          </State>
        ))}
      </div>
      {memory && (
        <Meter
          label="Memory"
          share={memory.bytes / memory.limit}
          text={`${bytes(memory.bytes)} of ${bytes(memory.limit)}`}
        />
      )}
      {disk && <Meter label="Disk" share={disk.limit / disk.bytes} text={freeDisk(disk)} />}
    </div>
  );
}

const freeDisk = ({ bytes: free, limit }: Level): string =>
  `${bytes(free)} free, alarm below ${bytes(limit)}`;

/** Pods of one workload on one node. */
function PodGroup({
  workload,
  pods,
  dead,
}: {
  workload: PlacedPod["workload"];
  pods: readonly PlacedPod[];
  dead: boolean;
}) {
  const title = workload ? `${workload.kind} ${workload.name}` : "other pods";
  return (
    <div class="pods">
      <h4>
        {workload?.name ?? "other"}{" "}
        {workload?.kind !== workload?.name && <span class="hint">{workload?.kind}</span>}
      </h4>
      <ul aria-label={title}>
        {pods.map((pod) => {
          const lost = dead || !pod.ready;
          return (
            <li key={pod.name} class={lost ? "pod lost" : "pod"} title={pod.name}>
              {shortName(pod)}
              {lost && <span class="hidden">{dead ? " on a node that is not ready" : " not ready"}</span>}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
