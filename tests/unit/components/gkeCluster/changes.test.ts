import assert from "node:assert/strict";
import { GkeCluster, type GkeClusterArgs } from "../../../../components";
import { BASE, CHANGES } from "../../../gke/changes";
import { replaces } from "../../../gke/schema";
import { changesBetween } from "../../../../local/providers/plugin/changes";
import type { Properties } from "../../../../local/providers/plugin/values";
import { type Registered, run } from "../engine";

type ByName = Map<string, Registered>;

async function resourcesOf(args: Partial<GkeClusterArgs>): Promise<ByName> {
  const { resources, providers } = await run(() => new GkeCluster("infra", { ...BASE, ...args }));
  const all = [...resources.filter(({ custom }) => custom), ...providers];
  return new Map(
    all.map((each) => [each.name === "infra-nodes" ? `${each.name} ${each.type}` : each.name, each]),
  );
}

/** Inputs that the engine compares. The cluster ignores changes of its initial pool. */
function compared({ type, inputs }: Registered): Properties {
  const ignored = type.endsWith(":Cluster") ? ["nodeConfig", "initialNodeCount"] : [];
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => !ignored.includes(key))) as Properties;
}

function kindOf(before: Registered, after: Registered): string | undefined {
  const changes = changesBetween(compared(before), compared(after));
  if (changes.length === 0) return undefined;
  return changes.some(({ path }) => replaces(after.type, path)) ? "replace" : "update";
}

function kinds(before: ByName, after: ByName): Record<string, string> {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return Object.fromEntries(
    names.flatMap((name) => {
      const [old, next] = [before.get(name), after.get(name)];
      const kind = !old ? "create" : !next ? "delete" : kindOf(old, next);
      return kind ? [[name.split(" ")[0] ?? name, kind] as const] : [];
    }),
  );
}

describe("A change of a GkeCluster", () => {
  let base: ByName;
  before(async () => {
    base = await resourcesOf({});
  });

  for (const [change, expected] of CHANGES) {
    it(`${JSON.stringify(change)} does what docs/how-to/gke.md says`, async () => {
      assert.deepEqual(kinds(base, await resourcesOf(change)), expected);
    });
  }
});
