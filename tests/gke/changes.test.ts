import assert from "node:assert/strict";
import { BASE, CHANGES, type Change, titleOf } from "./changes";
import { GkeStack, PREPARATION_MS, type StackArgs } from "./stack";

/** What happens to each resource of a component, other than the component itself. */
function kinds(steps: Record<string, string[]>, component: string): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(steps)
      .filter(([name]) => name.startsWith(`${component}-`))
      .map(([name, all]) => [name, all.includes("replace") ? "replace" : all[0]]),
  );
}

/** Changes by the arguments before them. */
const BY_START = new Map<string, Change[]>();
for (const each of CHANGES) {
  const start = JSON.stringify(each.from ?? {});
  BY_START.set(start, [...(BY_START.get(start) ?? []), each]);
}

const [update, replace, remove] = ["update", "replace", "delete"];
/** Changes of the other components. */
const BESIDE: [component: string, args: Omit<StackArgs, "cluster">, resources: Record<string, string>][] = [
  [
    "images",
    { registry: { vulnerabilityScanning: false } },
    { "images-repository": update, "images-containerscanning": remove },
  ],
  ["disks", { encryptedVolumes: true }, { "disks-standard": replace, "disks-ssd": replace }],
  ["disks", { disks: { machineType: "n4-standard-4" } }, { "disks-standard": replace, "disks-ssd": replace }],
  [
    "reports",
    { identity: { projectNumber: "123" } },
    {
      "reports-pods": remove,
      "reports-acts-as": remove,
      "reports-roles/cloudtrace.agent": replace,
    },
  ],
  ["reports", { identity: { roles: [] } }, { "reports-roles/cloudtrace.agent": remove }],
];

describe("Changes on GKE, driven by the real engine against a model of Google Cloud", function () {
  this.timeout(600_000);
  const gke = new GkeStack();
  before(async function () {
    this.timeout(PREPARATION_MS);
    await gke.open();
  });
  after(() => gke.close());

  const preview = async ({ from, change }: Change) =>
    kinds((await gke.succeed("preview", { cluster: { ...BASE, ...from, ...change } })).steps, "infra");

  for (const changes of BY_START.values()) {
    const from = changes[0]?.from;
    describe(from ? `from ${JSON.stringify(from)}` : "from the defaults", () => {
      before(() => gke.succeed("up", { cluster: { ...BASE, ...from } }));

      for (const each of changes) {
        it(`previews ${titleOf(each)}`, async () => {
          const found = await preview(each);
          // A new cluster has a new name.
          const more = each.more ? { ...found, "infra-nodes": replace } : {};
          assert.deepEqual({ ...more, ...each.resources }, found);
        });
      }

      if (from) return;
      for (const [component, args, expected] of BESIDE) {
        it(`previews ${JSON.stringify(args)}`, async () => {
          const { steps } = await gke.succeed("preview", { cluster: BASE, ...args });
          assert.deepEqual(kinds(steps, component), expected);
        });
      }
    });
  }
});
