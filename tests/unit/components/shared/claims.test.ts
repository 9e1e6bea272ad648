import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { CeleryBeat, TaskLedger, type Volume } from "../../../../components";
import { cluster, run, the } from "../engine";

const POD = { namespace: "jobs", image: "registry/worker@sha256:abc" };
const BROKER = { secretName: "mq", key: "amqp-url" };
const beat: Component = (storage, opts) =>
  new CeleryBeat("clock", { ...POD, app: "a.b", broker: BROKER, storage }, { ...cluster(), ...opts });
const ledger: Component = (storage, opts) =>
  new TaskLedger("count", { ...POD, storage }, { ...cluster(), ...opts });

type Inputs = Record<string, unknown>;
type Component = (storage: Volume, opts?: pulumi.ComponentResourceOptions) => pulumi.ComponentResource;

/** Inputs of the claim as the hook sees them: the class stays what it was, because its changes are ignored. */
async function inputsOf(
  component: Component,
  className: string | undefined,
  was = className,
): Promise<Inputs> {
  const { resources } = await run(() => component({ className }));
  const { metadata, spec } = the(resources, "PersistentVolumeClaim").inputs as Record<string, object>;
  return { metadata, spec: { ...spec, storageClassName: was } };
}

/** As a version without the annotation created it. */
const withoutAnnotation = (inputs: Inputs): Inputs => ({
  ...inputs,
  metadata: { ...(inputs.metadata as object), annotations: undefined },
});

/** The hooks of a component's claim. */
async function hooksOf(component: Component): Promise<pulumi.ResourceHook[]> {
  const hooks: pulumi.ResourceHook[] = [];
  const collect: pulumi.ResourceTransformation = ({ opts }) => {
    hooks.push(...(opts.hooks?.beforeUpdate ?? []).filter(pulumi.ResourceHook.isInstance));
    return undefined;
  };
  await run(() => component({}, { transformations: [collect] }));
  return hooks;
}

describe("A changed storage class", () => {
  const CASES: [string, Component, string][] = [
    ['CeleryBeat "clock"', beat, "beat would forget its last runs"],
    ['TaskLedger "count"', ledger, "the ledger would lose its counts"],
  ];
  for (const [title, component, loss] of CASES) {
    it(`of ${title} is refused instead of replacing the volume`, async () => {
      const { resources } = await run(() => component({}));
      assert.deepEqual(the(resources, "PersistentVolumeClaim").ignoreChanges, ["spec.storageClassName"]);
      const [hook] = await hooksOf(component);
      assert.ok(hook);
      assert.equal(hook.opts?.onDryRun, true, "a preview fails, too");
      const where = { urn: "urn", id: "id", name: "data", type: "kubernetes:core/v1:PersistentVolumeClaim" };
      const update = async (oldInputs: Inputs, newInputs: Inputs) =>
        hook.callback({ ...where, oldInputs, newInputs });

      const message = (change: string) =>
        `${title}: storage.className changed ${change}. The class of a claim is immutable, and a new volume would be empty: ${loss}. Set it back, or accept that: remove the component, run \`pulumi up\`, add it again.`;
      for (const [old, next, change] of [
        [undefined, "ssd", "the default class -> ssd"],
        ["ssd", undefined, "ssd -> the default class"],
        ["ssd", "fast", "ssd -> fast"],
      ] as const) {
        const [before, after] = [await inputsOf(component, old), await inputsOf(component, next, old)];
        await assert.rejects(update(before, after), { message: message(change) });
        const first = update(withoutAnnotation(before), after);
        // The class of a claim without the annotation may come from a transformation.
        if (next === undefined) await first;
        else await assert.rejects(first, { message: message(change) });
        await update(withoutAnnotation(before), before);
      }
    });
  }
});
