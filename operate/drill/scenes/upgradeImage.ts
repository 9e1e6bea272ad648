import type { V1StatefulSet } from "@kubernetes/client-node";
import { BROKER_CONTAINER } from "../../../components/rabbitMqCluster/names";
import { UserError } from "../../errors";
import { imageByDigest } from "../agents/agentPod";
import { Fault, markPatch, type Patch, patchOf, unmarkPatch } from "../guard/marks";
import { FIELD_MANAGER, releasePatch } from "../guard/ownership";
import { rollingConfig } from "./rollingConfig";
import type { Drill, Scene } from "./scene";
import { ignoreUnmarked } from "./shared/cordon";
import { isRolledOut } from "./shared/rollout";

const ROLLOUT_SECONDS = 600;

export const upgradeImage: Scene = {
  name: "upgrade-image",
  summary: "gives the broker pods another image, one by one, as an upgrade does, and then the former one",
  holdSeconds: 0,
  // Two rollouts, each of which may repeat what runs: by default two tasks in each of three workers.
  limits: { ...rollingConfig.limits, duplicated: 12 },
  async inject(drill) {
    const { cluster, brokers } = drill;
    const set = await cluster.apps.readNamespacedStatefulSet(nameIn(drill));
    const former = imagesOf(set);
    const image = drill.image ?? otherReference(imageOf(set), imageByDigest(await brokers.pods()));
    await mark(drill, set, former);
    await rollOut(drill, image, Object.fromEntries(Object.keys(former).map((path) => [path, image])));
    await rollOut(drill, imageOf(set), former);
  },
};

const nameIn = ({ brokers: { namespace, name } }: Drill) => ({ namespace, name });

const imageOf = ({ spec }: V1StatefulSet): string =>
  spec?.template.spec?.containers.find(({ name }) => name === BROKER_CONTAINER)?.image ?? "";

/** The broker's image, also in init containers, by JSON pointer. Containers with another image keep it. */
export function imagesOf(set: V1StatefulSet): Record<string, string> {
  const { initContainers = [], containers = [] } = set.spec?.template.spec ?? {};
  const entries = Object.entries({ initContainers, containers }).flatMap(([kind, list]) =>
    list.map(({ image }, index) => [`/spec/template/spec/${kind}/${index}/image`, image ?? ""] as const),
  );
  return Object.fromEntries(entries.filter(([, image]) => image === imageOf(set)));
}

/** Returns another reference to an image, so that Kubernetes replaces the pods although the content is the same. */
export function otherReference(image: string, byDigest: string): string {
  if (!byDigest.includes("@"))
    throw new UserError(
      `The nodes know the brokers' image ${image} by no digest, so the drill has no other reference to it. Name another image of the same minor version of RabbitMQ: --image REFERENCE`,
    );
  // A tag beside a digest has no meaning.
  return image === byDigest ? byDigest.replace("@", ":drill@") : byDigest;
}

async function mark(
  drill: Drill,
  { metadata }: V1StatefulSet,
  former: Record<string, string>,
): Promise<void> {
  const { apps } = drill.cluster;
  const { namespace, name } = nameIn(drill);
  const body = { run: drill.load.run, namespace, fault: Fault.OtherImage, former };
  const disarm = await drill.guard.arm({
    request: {
      method: "PATCH",
      path: `/apis/apps/v1/namespaces/${namespace}/statefulsets/${name}?fieldManager=${FIELD_MANAGER}`,
      body: unmarkPatch(body),
    },
    rule: { apiGroups: ["apps"], resources: ["statefulsets"], resourceNames: [name], verbs: ["patch"] },
    namespace,
  });
  drill.undo(`${name}: has its former image`, async () => {
    await patch(drill, unmarkPatch(body)).catch(ignoreUnmarked);
    const set = await apps.readNamespacedStatefulSet({ namespace, name });
    await patch(drill, releasePatch(set.metadata));
    await disarm();
  });
  await patch(drill, markPatch(metadata, body));
}

const patch = (drill: Drill, body: Patch) =>
  drill.cluster.apps.patchNamespacedStatefulSet({ ...nameIn(drill), fieldManager: FIELD_MANAGER, body });

async function rollOut(drill: Drill, image: string, images: Record<string, string>): Promise<void> {
  const { cluster, brokers } = drill;
  await patch(drill, patchOf(images));
  drill.event(`rolling update of ${brokers.name} begins: ${image}`);
  await drill.until(`all broker pods run ${image}`, ROLLOUT_SECONDS, async () =>
    isRolledOut(await cluster.apps.readNamespacedStatefulSet(nameIn(drill))),
  );
  drill.event(`all broker pods run ${image}`);
}
