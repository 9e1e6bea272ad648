import type { Properties } from "../../../../../local/providers/plugin/values";

/** Returns an object named demo/thing. */
export function object(
  apiVersion: string,
  kind: string,
  rest: Properties = {},
  metadata: Properties = {},
): Properties {
  return { apiVersion, kind, metadata: { name: "thing", namespace: "demo", ...metadata }, ...rest };
}
