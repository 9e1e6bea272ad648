import assert from "node:assert/strict";
import { diffInputs } from "../../../../../local/providers/kubernetes/diff";
import { formatPath } from "../../../../../local/providers/plugin/changes";
import type { DiffResult } from "../../../../../local/providers/plugin/provider";
import { UNKNOWN, type Properties } from "../../../../../local/providers/plugin/values";
import { object } from "./object";

const MUTABLE = { mutableSecrets: false, mutableConfigMaps: false };

const replaced = (result: DiffResult): string[] =>
  result.changes.filter(({ replace }) => replace).map(({ path }) => formatPath(path));
const changed = (result: DiffResult): string[] =>
  result.changes.map(({ path, kind }) => `${kind} ${formatPath(path)}`);

describe("kubernetes stand-in: diff", () => {
  it("finds nothing between equal inputs", () => {
    const config = object("v1", "ConfigMap", { data: { a: "1" } });
    assert.deepEqual(diffInputs(config, structuredClone(config), MUTABLE), {
      changes: [],
      deleteBeforeReplace: false,
    });
  });

  it("reports the full path, also in lists and under keys with dots", () => {
    const pod = (image: string, annotations: Properties): Properties => ({
      spec: { template: { metadata: { annotations }, spec: { containers: [{ name: "a", image }] } } },
    });
    const result = diffInputs(
      object("apps/v1", "Deployment", pod("x:1", {})),
      object("apps/v1", "Deployment", pod("x:2", { "example.com/checksum": "1" })),
      MUTABLE,
    );
    assert.deepEqual(changed(result), [
      'add spec.template.metadata.annotations["example.com/checksum"]',
      "update spec.template.spec.containers[0].image",
    ]);
    assert.deepEqual(replaced(result), []);
  });

  it("treats an unknown value as a change", () => {
    const result = diffInputs(
      object("v1", "Service", { spec: { a: "1" } }),
      object("v1", "Service", { spec: { a: UNKNOWN } }),
      MUTABLE,
    );
    assert.deepEqual(changed(result), ["update spec.a"]);
    const again = object("v1", "Service", { spec: { a: UNKNOWN } });
    assert.deepEqual(changed(diffInputs(again, again, MUTABLE)), ["update spec.a"]);
  });

  it("updates a patch in place, unless it concerns another object", () => {
    const secret = (a: string) => object("v1", "Secret", { data: { a } });
    const [before, after] = [secret("YQ=="), secret("Yg==")];
    assert.deepEqual(replaced(diffInputs(before, after, MUTABLE)), ["data.a"]);
    const patch = diffInputs(before, after, MUTABLE, true);
    assert.deepEqual([changed(patch), replaced(patch)], [["update data.a"], []]);
    const other = object("v1", "Secret", { data: { a: "YQ==" } }, { name: "other" });
    assert.deepEqual(replaced(diffInputs(before, other, MUTABLE, true)), ["metadata.name"]);
  });

  it("treats a missing namespace as default", () => {
    const result = diffInputs(
      { apiVersion: "v1", kind: "Service", metadata: { name: "a" } },
      { apiVersion: "v1", kind: "Service", metadata: { name: "a", namespace: "default" } },
      MUTABLE,
    );
    assert.deepEqual(result.changes, []);
  });

  for (const [apiVersion, kind, before, after, path] of [
    [
      "apps/v1",
      "StatefulSet",
      { spec: { serviceName: "a" } },
      { spec: { serviceName: "b" } },
      "spec.serviceName",
    ],
    [
      "apps/v1",
      "StatefulSet",
      { spec: {} },
      { spec: { podManagementPolicy: "Parallel" } },
      "spec.podManagementPolicy",
    ],
    [
      "apps/v1",
      "StatefulSet",
      { spec: { volumeClaimTemplates: [{ spec: { resources: { requests: { storage: "1Gi" } } } }] } },
      { spec: { volumeClaimTemplates: [{ spec: { resources: { requests: { storage: "2Gi" } } } }] } },
      "spec.volumeClaimTemplates[0].spec.resources.requests.storage",
    ],
    [
      "apps/v1",
      "Deployment",
      { spec: { selector: { matchLabels: { a: "1" } } } },
      { spec: { selector: { matchLabels: { a: "2" } } } },
      "spec.selector.matchLabels.a",
    ],
    [
      "batch/v1",
      "Job",
      { spec: { template: { spec: { a: "1" } } } },
      { spec: { template: { spec: { a: "2" } } } },
      "spec.template.spec.a",
    ],
    ["v1", "Secret", { stringData: { a: "1" } }, { stringData: { a: "2" } }, "stringData.a"],
    ["v1", "Secret", { type: "Opaque" }, { type: "kubernetes.io/tls" }, "type"],
    ["v1", "ConfigMap", { data: { a: "1" } }, { data: { a: "1", b: "2" } }, "data.b"],
    ["v1", "Service", { spec: { clusterIP: "None" } }, { spec: {} }, "spec.clusterIP"],
    ["v1", "PersistentVolumeClaim", {}, { spec: { storageClassName: "fast" } }, "spec"],
    ["storage.k8s.io/v1", "StorageClass", { provisioner: "a" }, { provisioner: "b" }, "provisioner"],
    [
      "policy/v1",
      "PodDisruptionBudget",
      { metadata: { name: "a" } },
      { metadata: { name: "b" } },
      "metadata.name",
    ],
  ] as const) {
    it(`replaces a ${kind} when ${path} changes`, () => {
      const [old, next] = [
        object(apiVersion, kind, before as Properties),
        object(apiVersion, kind, after as Properties),
      ];
      assert.deepEqual(replaced(diffInputs(old, next, MUTABLE)), [path]);
    });
  }

  for (const [apiVersion, kind, before, after] of [
    ["apps/v1", "StatefulSet", { spec: { replicas: 3 } }, { spec: { replicas: 5 } }],
    [
      "v1",
      "PersistentVolumeClaim",
      { spec: { resources: { requests: { storage: "1Gi" } } } },
      { spec: { resources: { requests: { storage: "2Gi" } } } },
    ],
    ["batch/v1", "CronJob", { spec: { schedule: "0 1 * * *" } }, { spec: { schedule: "0 2 * * *" } }],
  ] as const) {
    it(`updates a ${kind} in place when ${JSON.stringify(after)}`, () => {
      const result = diffInputs(
        object(apiVersion, kind, before as Properties),
        object(apiVersion, kind, after as Properties),
        MUTABLE,
      );
      assert.equal(result.changes.length, 1);
      assert.deepEqual(replaced(result), []);
    });
  }

  it("updates Secrets and ConfigMaps in place if the provider allows it and they are not immutable", () => {
    const mutable = { mutableSecrets: true, mutableConfigMaps: true };
    const secret = (value: string, rest: Properties = {}) =>
      object("v1", "Secret", { data: { a: value }, ...rest });
    assert.deepEqual(replaced(diffInputs(secret("1"), secret("2"), mutable)), []);
    assert.deepEqual(
      replaced(diffInputs(secret("1", { immutable: true }), secret("2", { immutable: true }), mutable)),
      ["data.a"],
    );
  });

  it("deletes first if the name is fixed and unchanged, and last if it was generated", () => {
    const [old, next] = [
      object("v1", "ConfigMap", { data: { a: "1" } }),
      object("v1", "ConfigMap", { data: { a: "2" } }),
    ];
    assert.equal(diffInputs(old, next, MUTABLE).deleteBeforeReplace, true);
    const autonamed = { annotations: { "pulumi.com/autonamed": "true" } };
    const generated = (value: string) => object("v1", "ConfigMap", { data: { a: value } }, autonamed);
    assert.equal(diffInputs(generated("1"), generated("2"), MUTABLE).deleteBeforeReplace, false);
    const moved = object("v1", "ConfigMap", { data: { a: "1" } }, { namespace: "other" });
    assert.equal(diffInputs(old, moved, MUTABLE).deleteBeforeReplace, false);
  });
});
