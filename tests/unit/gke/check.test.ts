import assert from "node:assert/strict";
import { type Document, requestProblems } from "../../gke/discovery/check";

const DOCUMENT: Document = {
  schemas: {
    CreateClusterRequest: { type: "object", properties: { cluster: { $ref: "Cluster" } } },
    Cluster: {
      type: "object",
      properties: {
        name: { type: "string", pattern: "[a-z]+" },
        nodes: { type: "integer", format: "int32" },
        private: { type: "boolean" },
        share: { type: "number" },
        channel: { type: "string", enum: ["RAPID", "STABLE", "OLD"], enumDeprecated: [false, false, true] },
        zones: { type: "array", items: { type: "string" } },
        labels: { type: "object", additionalProperties: { type: "string" } },
        rules: { type: "object", additionalProperties: { $ref: "Rule" } },
        pools: { type: "array", items: { $ref: "Rule" } },
        status: { type: "string", readOnly: true },
        link: { type: "string", description: "[Output Only] Address." },
        disk: { type: "string", format: "int64" },
        wait: { type: "string", format: "google-duration" },
      },
    },
    Rule: { type: "object", properties: { start: { type: "string", format: "google-datetime" } } },
  },
  resources: {
    projects: {
      resources: {
        clusters: {
          methods: {
            create: {
              id: "container.projects.clusters.create",
              parameters: {
                parent: { type: "string", pattern: "^projects/[^/]+$", required: true },
                dryRun: { type: "boolean" },
              },
              request: { $ref: "CreateClusterRequest" },
            },
            wake: { id: "container.projects.clusters.wake" },
          },
        },
      },
    },
  },
};

const ID = "container.projects.clusters.create";
const problemsOf = (request: { method?: string; parameters?: Record<string, unknown>; body?: unknown }) =>
  requestProblems(DOCUMENT, { method: ID, parameters: { parent: "projects/a" }, ...request });
const ofCluster = (cluster: unknown) =>
  problemsOf({ body: { cluster } }).map((problem) => problem.replace(`${ID}: cluster`, ""));

describe("A check of a request against a discovery document", () => {
  it("accepts values of the right types", () => {
    const cluster = {
      name: "orders",
      nodes: 3,
      private: false,
      share: 0.5,
      channel: "STABLE",
      zones: ["a"],
      labels: { anything: "x" },
      rules: { anything: { start: "2026-12-18T00:00:00Z" } },
      pools: [{ start: "2026-12-18T00:00:00+01:00" }],
      disk: "100",
      wait: "3600s",
    };
    assert.deepEqual(ofCluster(cluster), []);
  });

  const WRONG: [cluster: unknown, problem: string][] = [
    [{ nodez: 3 }, ".nodez: unknown field"],
    [{ rules: { a: { begin: "" } } }, ".rules.a.begin: unknown field"],
    [{ pools: [{}, { begin: "" }] }, ".pools[1].begin: unknown field"],
    [{ channel: "SLOW" }, '.channel: "SLOW" is not one of RAPID, STABLE, OLD'],
    [{ channel: "stable" }, '.channel: "stable" is not one of RAPID, STABLE, OLD'],
    [{ channel: "OLD" }, '.channel: "OLD" is deprecated'],
    [{ status: "RUNNING" }, ".status: only Google sets this field"],
    [{ link: "a" }, ".link: only Google sets this field"],
    [{ nodes: "3" }, '.nodes: "3" is not an integer'],
    [{ nodes: 1.5 }, ".nodes: 1.5 is not an integer"],
    [{ private: "FALSE" }, '.private: "FALSE" is not a boolean'],
    [{ share: "1" }, '.share: "1" is not a number'],
    [{ name: 3 }, ".name: 3 is not a string"],
    [{ name: "Orders" }, '.name: "Orders" is not like [a-z]+'],
    [{ zones: "a" }, '.zones: "a" is not a list'],
    [{ zones: [1] }, ".zones[0]: 1 is not a string"],
    [{ labels: { a: 1 } }, ".labels.a: 1 is not a string"],
    [{ labels: "a" }, '.labels: "a" is not an object'],
    [{ disk: "1.5" }, '.disk: "1.5" is not int64'],
    [{ wait: "60" }, '.wait: "60" is not google-duration'],
    [{ rules: { a: { start: "2026-12-18" } } }, '.rules.a.start: "2026-12-18" is not google-datetime'],
    [null, ": null is not an object"],
  ];
  for (const [cluster, problem] of WRONG) {
    it(`refuses ${JSON.stringify(cluster)}`, () => assert.deepEqual(ofCluster(cluster), [problem]));
  }

  const REQUESTS: [request: Parameters<typeof problemsOf>[0], problem: string][] = [
    [{ method: "container.projects.create" }, "container.projects.create: the API has no such method"],
    [{ parameters: {} }, `${ID}: parent: missing`],
    [{ parameters: { parent: "a" } }, `${ID}: parent: "a" is not like ^projects/[^/]+$`],
    [{ parameters: { parent: "projects/a", parentt: "" } }, `${ID}: parentt: unknown field`],
    [
      { method: "container.projects.clusters.wake", parameters: {}, body: {} },
      "container.projects.clusters.wake: the method takes no body",
    ],
  ];
  for (const [request, problem] of REQUESTS) {
    it(`refuses the request ${JSON.stringify(request)}`, () =>
      assert.deepEqual(problemsOf(request), [problem]));
  }
});
