import type { ClusterClient } from "../client";
import { keyOf, type KubeObject } from "../objects";
import { stringAt } from "../../plugin/values";

/** Returns the latest warning events of an object, such as a failing probe or a volume that cannot be mounted. */
export async function warningEvents(client: ClusterClient, object: KubeObject, most = 2): Promise<string[]> {
  const { namespace, name, kind } = keyOf(object);
  const events = await client.list("v1", "Event", namespace, {
    fieldSelector: `involvedObject.name=${name},involvedObject.kind=${kind},type=Warning`,
  });
  const time = (event: KubeObject): string =>
    stringAt(event, "lastTimestamp") ?? stringAt(event, "eventTime") ?? "";
  const lines = events
    .sort((a, b) => time(b).localeCompare(time(a)))
    .map((event) => `${stringAt(event, "reason")}: ${stringAt(event, "message")?.trim()}`);
  return [...new Set(lines)].slice(0, most);
}
