import assert from "node:assert/strict";
import { ownedInputs } from "../../../../../local/providers/kubernetes/owned";
import { object } from "./object";

describe("kubernetes stand-in: fields that a killed run applied", () => {
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

  it("are read from the fields that its manager owns", () => {
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

  it("are undefined if another manager owns the object", () =>
    assert.equal(ownedInputs(live, "theirs"), undefined));
});
