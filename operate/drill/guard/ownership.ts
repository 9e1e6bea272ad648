import type { V1ObjectMeta } from "@kubernetes/client-node";
import type { Patch } from "./marks";

/** Name under which a drill changes objects that a deployment owns, such as those that Pulumi applies. */
export const FIELD_MANAGER = "ha-celery-drill";

/**
 * Returns the patch by which the drill gives up its ownership of fields. Otherwise, the next deployment that changes
 * them would report a conflict with the drill, although it has restored them.
 */
export const releasePatch = ({ managedFields = [] }: V1ObjectMeta = {}): Patch =>
  managedFields
    .flatMap(({ manager }, index) => (manager === FIELD_MANAGER ? [`/metadata/managedFields/${index}`] : []))
    // The last first, because each removal moves those after it.
    .toReversed()
    .flatMap((path) => [
      { op: "test", path: `${path}/manager`, value: FIELD_MANAGER },
      { op: "remove", path },
    ]);
