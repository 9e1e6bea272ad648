import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import {
  inOrder,
  type KubernetesObject,
  masked,
  PLACEHOLDER,
  titleOf,
  toYaml,
  withoutPulumi,
} from "../../../render/yaml";

const object = (kind: string, name = "a", more: object = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name },
  ...more,
});

describe("objects as YAML", () => {
  it("are in the order in which they can be applied, and by name within a kind", () => {
    const kinds = ["Job", "Deployment", "HorizontalPodAutoscaler", "StatefulSet", "Service", "Secret"];
    const mixed = [...kinds.map((kind) => object(kind)), object("Secret", "Z"), object("Namespace")];
    assert.deepEqual(inOrder(mixed).map(titleOf), [
      "Namespace a",
      "Secret Z",
      "Secret a",
      "Service a",
      "StatefulSet a",
      "Deployment a",
      "HorizontalPodAutoscaler a",
      "Job a",
    ]);
  });

  it("are one document each, and YAML 1.1 parsers read the same values", () => {
    const data = { no: "no", number: "1", date: "2026-11-23", octal: "010", sexagesimal: "12:30:45" };
    const objects = [object("ConfigMap", "yes", { data }), object("Namespace")];
    const documents = parseAllDocuments(toYaml(objects), { version: "1.1" });
    assert.deepEqual(
      documents.map((document) => document.toJS() as unknown),
      objects,
    );
  });

  it("contain no YAML aliases", () => {
    const labels = { app: "x" };
    assert.doesNotMatch(toYaml([object("Service", "a", { one: labels, two: labels })]), /[&*]/);
  });

  it("have placeholders for the values of Secrets only", () => {
    const secret = object("Secret", "a", {
      type: "Opaque",
      stringData: { password: "p" },
      data: { key: "cA==" },
    });
    assert.deepEqual(masked(secret), {
      ...object("Secret"),
      type: "Opaque",
      stringData: { password: PLACEHOLDER, key: PLACEHOLDER },
    });
    const map = object("ConfigMap", "a", { data: { key: "value" } });
    assert.deepEqual(masked(map), map);
  });

  it("have no Pulumi annotations, but keep others", () => {
    const annotated = (annotations?: Record<string, string>): KubernetesObject => ({
      ...object("Service"),
      metadata: { name: "a", labels: { app: "x" }, ...(annotations && { annotations }) },
    });
    assert.deepEqual(withoutPulumi(annotated({ "pulumi.com/skipAwait": "true" })), annotated());
    assert.deepEqual(
      withoutPulumi(annotated({ "pulumi.com/skipAwait": "true", note: "mine" })),
      annotated({ note: "mine" }),
    );
  });
});
