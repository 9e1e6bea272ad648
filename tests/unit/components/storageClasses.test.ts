import assert from "node:assert/strict";
import { type StorageClassesArgs, StorageClasses } from "../../../components";
import { cluster, known, list, outputsOf, refusal, run, the } from "./engine";

const create = (args?: StorageClassesArgs) => new StorageClasses("celery", args, cluster());

describe("StorageClasses", () => {
  it("creates exactly two classes, below itself and with its provider", async () => {
    const { resources } = await run(() => create());
    assert.deepEqual(list(resources), [
      "StorageClass celery-ssd",
      "StorageClass celery-standard",
      "StorageClasses celery",
    ]);
    for (const each of resources.filter(({ custom }) => custom)) {
      assert.equal(each.parent, "ha-celery:index:StorageClasses celery");
      assert.equal(each.provider, "cluster");
    }
  });

  const CASES: [
    args: StorageClassesArgs | undefined,
    standard: string,
    reclaimPolicy: string,
    ssd?: string,
  ][] = [
    [undefined, "pd-balanced", "Retain"],
    [{}, "pd-balanced", "Retain"],
    [{ standardType: "pd-standard", onDelete: "delete" }, "pd-standard", "Delete"],
    [{ standardType: "pd-ssd", onDelete: "retain" }, "pd-ssd", "Retain"],
    [{ machineType: "c3-standard-4" }, "pd-balanced", "Retain"],
    [{ machineType: "c3-standard-4", standardType: "hyperdisk-balanced" }, "hyperdisk-balanced", "Retain"],
    [{ machineType: "n4-standard-4" }, "hyperdisk-balanced", "Retain", "hyperdisk-balanced"],
    [{ machineType: "c4a-standard-4" }, "hyperdisk-balanced", "Retain", "hyperdisk-balanced"],
  ];
  for (const [args, standard, reclaimPolicy, ssd = "pd-ssd"] of CASES) {
    it(`describes them exactly with ${JSON.stringify(args)}`, async () => {
      const { resources } = await run(() => create(args));
      const expected = (name: string, type: string) => ({
        apiVersion: "storage.k8s.io/v1",
        kind: "StorageClass",
        metadata: {
          name,
          labels: {
            "app.kubernetes.io/name": "persistent-disk",
            "app.kubernetes.io/instance": "celery",
            "app.kubernetes.io/component": "storage",
            "app.kubernetes.io/part-of": "ha-celery",
          },
        },
        provisioner: "pd.csi.storage.gke.io",
        parameters: { type },
        volumeBindingMode: "WaitForFirstConsumer",
        allowVolumeExpansion: true,
        reclaimPolicy,
      });
      const inputs = (name: string) => the(resources, "StorageClass", name).inputs;
      assert.deepEqual(inputs("celery-standard"), expected("celery-standard", standard));
      assert.deepEqual(inputs("celery-ssd"), expected("celery-ssd", ssd));
    });
  }

  it("replaces a class whose reclaim policy changes, which Kubernetes cannot change", async () => {
    const { resources } = await run(() => create());
    for (const { name, type, replaceOnChanges, deleteBeforeReplace } of resources)
      if (type.endsWith(":StorageClass"))
        assert.deepEqual([replaceOnChanges, deleteBeforeReplace], [["reclaimPolicy"], true], name);
  });

  it("registers exactly its public outputs: the names", async () => {
    const { resources, result } = await run(() => create());
    assert.deepEqual(the(resources, "StorageClasses").outputs.sort(), outputsOf(result));
    const { standard, ssd } = result;
    assert.deepEqual(await known({ standard, ssd }), { standard: "celery-standard", ssd: "celery-ssd" });
  });

  it("plans the same in a preview", async () => {
    const { resources } = await run(() => create(), true);
    assert.equal(resources.length, 3);
  });

  it("needs a Kubernetes provider", async () => {
    assert.equal(
      await refusal(() => new StorageClasses("celery")),
      'StorageClasses "celery" has no Kubernetes provider. Pass { provider } in the third argument, e.g. { provider: cluster.provider }.',
    );
  });

  it("names every problem of its arguments", async () => {
    const args = { standardType: "ssd" as "pd-ssd", onDelete: "keep" as "retain" };
    assert.equal(
      await refusal(() => new StorageClasses("Celery", args, cluster())),
      [
        'StorageClasses "Celery" has 3 problems:',
        '  - name is "Celery", but it becomes part of host names. Use lowercase letters, digits and "-", starting with a letter, at most 40 characters.',
        '  - standardType is "ssd". Use "pd-standard" or "pd-balanced" or "pd-ssd" or "hyperdisk-balanced".',
        '  - onDelete is "keep". Use "retain" or "delete".',
      ].join("\n"),
    );
  });

  const PAIRS: [args: StorageClassesArgs, possible: string][] = [
    [{ machineType: "n4-standard-4", standardType: "pd-balanced" }, '"hyperdisk-balanced"'],
    [
      { machineType: "c3-standard-4", standardType: "pd-standard" },
      '"pd-balanced" or "pd-ssd" or "hyperdisk-balanced"',
    ],
    [{ standardType: "hyperdisk-balanced" }, '"pd-standard" or "pd-balanced" or "pd-ssd"'],
  ];
  for (const [args, possible] of PAIRS) {
    it(`refuses ${args.standardType} for ${args.machineType ?? "the default machine"}`, async () => {
      const family = args.machineType?.split("-")[0] ?? "e2";
      assert.equal(
        await refusal(() => create(args)),
        `StorageClasses "celery": standardType is "${args.standardType}", which machines of the family ${family} cannot attach. Use ${possible}, or another machineType.`,
      );
    });
  }
});
