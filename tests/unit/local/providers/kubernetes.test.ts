import assert from "node:assert/strict";
import { changesBetween, formatPath } from "../../../../local/providers/plugin/changes";
import type { DiffResult } from "../../../../local/providers/plugin/provider";
import { makeSecret, UNKNOWN, type Properties } from "../../../../local/providers/plugin/values";
import { diffConfig, loadKubeConfig } from "../../../../local/providers/kubernetes/config";
import { diffInputs } from "../../../../local/providers/kubernetes/diff";
import { fieldManager, withName } from "../../../../local/providers/kubernetes/names";
import { parseId, parseType, selectorText } from "../../../../local/providers/kubernetes/objects";
import { ownedInputs } from "../../../../local/providers/kubernetes/owned";
import { reconcile } from "../../../../local/providers/kubernetes/reconcile";
import { semanticallyEqual } from "../../../../local/providers/kubernetes/semanticEqual";
import { inputsFromLive, previewOf, stateOf } from "../../../../local/providers/kubernetes/state";

const MUTABLE = { mutableSecrets: false, mutableConfigMaps: false };
const seed = new Uint8Array([1, 2, 3]);

function object(
  apiVersion: string,
  kind: string,
  rest: Properties = {},
  metadata: Properties = {},
): Properties {
  return { apiVersion, kind, metadata: { name: "thing", namespace: "demo", ...metadata }, ...rest };
}
const replaced = (result: DiffResult): string[] =>
  result.changes.filter(({ replace }) => replace).map(({ path }) => formatPath(path));
const changed = (result: DiffResult): string[] =>
  result.changes.map(({ path, kind }) => `${kind} ${formatPath(path)}`);

describe("kubernetes stand-in: types and ids", () => {
  for (const [type, apiVersion, kind] of [
    ["kubernetes:core/v1:Secret", "v1", "Secret"],
    ["kubernetes:apps/v1:StatefulSet", "apps/v1", "StatefulSet"],
    ["kubernetes:networking.k8s.io/v1:NetworkPolicy", "networking.k8s.io/v1", "NetworkPolicy"],
  ] as const) {
    it(`reads ${type}`, () => assert.deepEqual(parseType(type), { apiVersion, kind }));
  }

  it("reads ids with and without a namespace", () => {
    assert.deepEqual(parseId("demo/rabbit"), { namespace: "demo", name: "rabbit" });
    assert.deepEqual(parseId("demo"), { name: "demo" });
  });

  it("writes label selectors as the API wants them", () => {
    const matchExpressions: Properties[] = [
      { key: "tier", operator: "In", values: ["a", "b"] },
      { key: "old", operator: "DoesNotExist" },
      { key: "new", operator: "Exists" },
    ];
    assert.equal(
      selectorText({ matchLabels: { app: "web" }, matchExpressions }),
      "app=web,tier in (a,b),!old,new",
    );
  });
});

describe("kubernetes stand-in: names", () => {
  const request = { oldInputs: {}, name: "config", randomSeed: seed };

  it("makes a name of the resource's name and eight digits, and marks it", () => {
    const { metadata } = withName({ metadata: { labels: { a: "b" } } }, request) as { metadata: Properties };
    assert.match(String(metadata.name), /^config-[0-9a-f]{8}$/);
    assert.deepEqual(metadata.annotations, { "pulumi.com/autonamed": "true" });
    assert.deepEqual(metadata.labels, { a: "b" });
  });

  it("makes the same name for the same seed, so that preview and update agree", () => {
    assert.deepEqual(withName({}, request), withName({}, request));
    assert.notDeepEqual(withName({}, request), withName({}, { ...request, randomSeed: new Uint8Array([4]) }));
  });

  it("keeps the name that the object has", () => {
    const oldInputs = withName({}, request);
    assert.deepEqual(withName({}, { ...request, randomSeed: new Uint8Array([4]), oldInputs }), oldInputs);
  });

  it("leaves a fixed name, and metadata that is not known yet, alone", () => {
    assert.deepEqual(withName({ metadata: { name: "fixed" } }, request), { metadata: { name: "fixed" } });
    assert.deepEqual(withName({ metadata: UNKNOWN }, request), { metadata: UNKNOWN });
  });

  it("follows the stack's own naming rule", () => {
    const named = withName({}, { ...request, autoname: { proposed: "config-of-mine" } });
    assert.equal((named.metadata as Properties).name, "config-of-mine");
    assert.throws(() => withName({}, { ...request, autoname: "disabled" }), /Set metadata.name/);
  });

  it("tells resources apart by their field manager", () => {
    assert.match(fieldManager("urn:a"), /^pulumi-kubernetes-[0-9a-f]{8}$/);
    assert.notEqual(fieldManager("urn:a"), fieldManager("urn:b"));
  });
});

describe("kubernetes stand-in: diff", () => {
  it("finds nothing between equal inputs", () => {
    const config = object("v1", "ConfigMap", { data: { a: "1" } });
    assert.deepEqual(diffInputs(config, structuredClone(config), MUTABLE), {
      changes: [],
      deleteBeforeReplace: false,
    });
  });

  it("names the deepest path, also inside lists and under keys with dots", () => {
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

  it("takes a value that is not known yet for a change", () => {
    const result = diffInputs(
      object("v1", "Service", { spec: { a: "1" } }),
      object("v1", "Service", { spec: { a: UNKNOWN } }),
      MUTABLE,
    );
    assert.deepEqual(changed(result), ["update spec.a"]);
    const again = object("v1", "Service", { spec: { a: UNKNOWN } });
    assert.deepEqual(changed(diffInputs(again, again, MUTABLE)), ["update spec.a"]);
  });

  it("takes namespace default and none for the same", () => {
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

  it("updates Secrets and ConfigMaps in place where the provider is told so, unless they are immutable", () => {
    const mutable = { mutableSecrets: true, mutableConfigMaps: true };
    const secret = (value: string, rest: Properties = {}) =>
      object("v1", "Secret", { data: { a: value }, ...rest });
    assert.deepEqual(replaced(diffInputs(secret("1"), secret("2"), mutable)), []);
    assert.deepEqual(
      replaced(diffInputs(secret("1", { immutable: true }), secret("2", { immutable: true }), mutable)),
      ["data.a"],
    );
  });

  it("deletes first when the name is fixed and stays, and last when it was made up", () => {
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

describe("kubernetes stand-in: amounts", () => {
  const path = ["spec", "resources", "requests", "cpu"];
  for (const [a, b] of [
    ["1000m", "1"],
    ["1024Mi", "1Gi"],
    [0.5, "500m"],
    ["1e3", "1k"],
    ["0.1", "100m"],
  ] as const) {
    it(`takes ${a} and ${b} for the same`, () => assert.ok(semanticallyEqual(path, a, b)));
  }
  it("does so only where amounts stand", () =>
    assert.ok(!semanticallyEqual(["metadata", "labels", "size"], "1000m", "1")));
  it("does not take different amounts for the same", () => assert.ok(!semanticallyEqual(path, "1Gi", "1G")));
});

describe("kubernetes stand-in: what a refresh finds", () => {
  const live = object("apps/v1", "Deployment", {
    spec: {
      replicas: 3,
      progressDeadlineSeconds: 600,
      template: {
        spec: {
          containers: [
            {
              name: "a",
              image: "x:1",
              resources: { requests: { cpu: "10m" } },
              terminationMessagePath: "/dev/termination-log",
            },
          ],
        },
      },
    },
    status: { readyReplicas: 3 },
  });
  const inputs = object("apps/v1", "Deployment", {
    spec: {
      replicas: 3,
      paused: false,
      template: {
        spec: {
          volumes: [],
          containers: [{ name: "a", image: "x:1", resources: { requests: { cpu: "0.01" } } }],
        },
      },
    },
  });

  it("is the inputs as they were when nothing changed, in the program's own spelling", () => {
    assert.deepEqual(reconcile(inputs, live), inputs);
  });

  it("shows a value that somebody changed and a field that somebody took away", () => {
    const drifted = structuredClone(live) as { spec: Properties };
    drifted.spec.replicas = 1;
    delete drifted.spec.template;
    assert.deepEqual(reconcile(inputs, drifted).spec, { replicas: 1, paused: false });
  });

  it("reads what was written as stringData back from data", () => {
    const secret = object("v1", "Secret", { stringData: { a: "old", b: "gone" } });
    const found = object("v1", "Secret", { data: { a: Buffer.from("new").toString("base64") } });
    assert.deepEqual(reconcile(secret, found).stringData, { a: "new" });
  });
});

describe("kubernetes stand-in: state", () => {
  it("keeps secret what was secret, and always the data of a Secret", () => {
    const live = object("v1", "Secret", { data: { a: "MQ==" } }, { managedFields: [], uid: "1" });
    const state = stateOf(live, object("v1", "Secret", { stringData: { a: "1" } }), "manager");
    assert.deepEqual(state.data, makeSecret({ a: "MQ==" }));
    assert.deepEqual((state.__inputs as Properties).stringData, makeSecret({ a: "1" }));
    assert.deepEqual(state.metadata, { name: "thing", namespace: "demo", uid: "1" });
  });

  it("hides one value of a map, and a list as a whole", () => {
    const inputs = object("v1", "ConfigMap", {
      data: { open: "1", hidden: makeSecret("2") },
      list: [makeSecret("3")],
    });
    const state = stateOf(
      object("v1", "ConfigMap", { data: { open: "1", hidden: "2" }, list: ["3"] }),
      inputs,
      "manager",
    );
    assert.deepEqual(state.data, { open: "1", hidden: makeSecret("2") });
    assert.deepEqual(state.list, makeSecret(["3"]));
  });

  it("does not pretend in a preview to know what only the real object has", () => {
    const live = object("v1", "Service", { spec: { clusterIP: "10.0.0.9" }, status: {} }, { uid: "1" });
    const preview = previewOf(live, object("v1", "Service"), "manager");
    assert.equal((preview.spec as Properties).clusterIP, UNKNOWN);
    assert.equal((preview.metadata as Properties).uid, UNKNOWN);
    assert.equal("status" in preview, false);
  });

  it("imports an object without what the server adds", () => {
    const live = object(
      "v1",
      "ConfigMap",
      { data: { a: "1" }, status: {} },
      { uid: "1", resourceVersion: "7" },
    );
    assert.deepEqual(inputsFromLive(live), object("v1", "ConfigMap", { data: { a: "1" } }));
  });
});

describe("kubernetes stand-in: what a killed run had applied", () => {
  const fieldsV1 = {
    "f:metadata": { "f:annotations": { "f:pulumi.com/autonamed": {} } },
    "f:spec": {
      "f:replicas": {},
      "f:finalizers": { 'v:"a"': {} },
      "f:template": {
        "f:spec": { "f:containers": { 'k:{"name":"web"}': { ".": {}, "f:name": {}, "f:args": {} } } },
      },
    },
  };
  const live = object(
    "apps/v1",
    "Deployment",
    {
      spec: {
        replicas: 2,
        paused: false,
        finalizers: ["a", "b"],
        template: {
          spec: {
            dnsPolicy: "ClusterFirst",
            containers: [{ name: "side" }, { name: "web", args: ["x"], tty: false }],
          },
        },
      },
      status: { replicas: 2 },
    },
    {
      uid: "1",
      annotations: { "pulumi.com/autonamed": "true", "deployment.kubernetes.io/revision": "1" },
      managedFields: [
        { manager: "ours", operation: "Apply", fieldsV1 },
        { manager: "kube-controller-manager", operation: "Update", fieldsV1: {} },
      ],
    },
  );

  it("is read back from the fields that it owns", () => {
    assert.deepEqual(
      ownedInputs(live, "ours"),
      object(
        "apps/v1",
        "Deployment",
        {
          spec: {
            replicas: 2,
            finalizers: ["a"],
            template: { spec: { containers: [{ name: "web", args: ["x"] }] } },
          },
        },
        { annotations: { "pulumi.com/autonamed": "true" } },
      ),
    );
  });

  it("is nothing when the object is somebody else's", () =>
    assert.equal(ownedInputs(live, "theirs"), undefined));
});

describe("kubernetes stand-in: provider configuration", () => {
  const kubeconfig = (server: string): string =>
    JSON.stringify({
      clusters: [{ name: "c", cluster: { server } }],
      users: [{ name: "u", user: {} }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    });
  const [one, other] = [kubeconfig("https://one"), kubeconfig("https://other")];

  it("makes everything anew in another cluster", () => {
    assert.deepEqual(diffConfig({ kubeconfig: one }, { kubeconfig: other }), {
      changed: ["kubeconfig"],
      replaces: ["kubeconfig"],
    });
    assert.deepEqual(diffConfig({ kubeconfig: one }, { kubeconfig: UNKNOWN }).replaces, ["kubeconfig"]);
  });

  it("lets the cluster's identifier decide where there is one", () => {
    const config = (identifier: string, content: string) => ({
      clusterIdentifier: identifier,
      kubeconfig: content,
    });
    assert.deepEqual(diffConfig(config("a", one), config("a", other)).replaces, []);
    assert.deepEqual(diffConfig(config("a", one), config("b", one)).replaces, ["clusterIdentifier"]);
  });

  it("says what is wrong with a kubeconfig and how to mend it", () => {
    assert.throws(
      () => loadKubeConfig({ kubeconfig: "/no/such/file" }),
      /is \/no\/such\/file, but this file does not exist. Correct the path/,
    );
    assert.throws(() => loadKubeConfig({ kubeconfig: one, context: "y" }), /no context y \(it has: x\)/);
  });

  it("replaces nothing for other settings", () => {
    assert.deepEqual(diffConfig({ kubeconfig: one }, { kubeconfig: one, namespace: "demo" }), {
      changed: ["namespace"],
      replaces: [],
    });
  });
});

describe("changes between values", () => {
  it("compares lists by position", () => {
    const paths = changesBetween({ a: [1, 2] }, { a: [1, 3, 4] }).map(
      ({ path, kind }) => `${kind} ${formatPath(path)}`,
    );
    assert.deepEqual(paths, ["update a[1]", "add a[2]"]);
  });
});
