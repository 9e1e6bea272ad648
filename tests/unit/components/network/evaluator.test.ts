import assert from "node:assert/strict";
import { type Attempt, type Labels, mayConnect, type NetworkPolicy, type Pod, selects } from "./evaluator";

const NAMESPACES = {
  shop: { "kubernetes.io/metadata.name": "shop", team: "sales" },
  other: { "kubernetes.io/metadata.name": "other", team: "sales" },
  third: { "kubernetes.io/metadata.name": "third" },
};

const db: Pod = {
  namespace: "shop",
  labels: { app: "db" },
  ports: [
    { name: "sql", containerPort: 5432 },
    { name: "dns", containerPort: 53, protocol: "UDP" },
  ],
};
const web: Pod = { namespace: "shop", labels: { app: "web", tier: "front" } };
const bare: Pod = { namespace: "shop", labels: {} };
const foreignWeb: Pod = { namespace: "other", labels: { app: "web" } };
const foreignBare: Pod = { namespace: "other", labels: {} };
const thirdWeb: Pod = { namespace: "third", labels: { app: "web" } };

const onDb = (more: Partial<NetworkPolicy> = {}): NetworkPolicy => ({
  namespace: "shop",
  podSelector: { matchLabels: { app: "db" } },
  ...more,
});
const fromWeb = { from: [{ podSelector: { matchLabels: { app: "web" } } }] };
const sales = { namespaceSelector: { matchLabels: { team: "sales" } } };

function may(attempt: Partial<Attempt>, ...policies: NetworkPolicy[]): boolean {
  return mayConnect({ from: web, to: db, port: 5432, ...attempt }, policies, NAMESPACES);
}

describe("the evaluator of NetworkPolicies", () => {
  describe("isolation", () => {
    it("lets everybody in where no policy selects the pod", () => {
      assert.ok(may({}));
      assert.ok(may({ from: foreignBare }));
      assert.ok(may({}, onDb({ podSelector: { matchLabels: { app: "cache" } } })), "another pod's policy");
      assert.ok(may({}, onDb({ namespace: "other" })), "another namespace's policy");
    });
    it("lets nobody in where a policy without rules selects the pod", () => {
      assert.ok(!may({}, onDb()));
      assert.ok(!may({}, onDb({ ingress: [] })));
      assert.ok(!may({}, onDb({ podSelector: {} })), "default deny of the namespace");
    });
    it("lets a pod reach itself", () => assert.ok(may({ from: db }, onDb())));
    it("takes a policy of egress alone for no isolation", () => {
      assert.ok(may({}, onDb({ policyTypes: ["Egress"], egress: [] })));
      assert.ok(!may({}, onDb({ policyTypes: ["Ingress", "Egress"] })));
      assert.ok(!may({}, onDb({ egress: [] })), "no types: ingress too");
    });
    it("adds policies up: what one allows no other forbids", () => {
      assert.ok(may({}, onDb({ podSelector: {} }), onDb({ ingress: [fromWeb] })));
      assert.ok(!may({ from: bare }, onDb({ podSelector: {} }), onDb({ ingress: [fromWeb] })));
    });
  });

  describe("peers", () => {
    it("means everybody by no peers, or none listed", () => {
      assert.ok(may({ from: foreignBare }, onDb({ ingress: [{}] })));
      assert.ok(may({ from: foreignBare }, onDb({ ingress: [{ from: [] }] })));
    });
    it("looks for a pod selector in the policy's own namespace only", () => {
      const policy = onDb({ ingress: [fromWeb] });
      assert.ok(may({}, policy));
      assert.ok(!may({ from: bare }, policy));
      assert.ok(!may({ from: foreignWeb }, policy));
      const anyPod = onDb({ ingress: [{ from: [{ podSelector: {} }] }] });
      assert.ok(may({ from: bare }, anyPod));
      assert.ok(!may({ from: foreignWeb }, anyPod));
    });
    it("takes all pods of a selected namespace, its own too", () => {
      const policy = onDb({ ingress: [{ from: [sales] }] });
      assert.ok(may({ from: foreignBare }, policy));
      assert.ok(may({ from: bare }, policy));
      assert.ok(!may({ from: thirdWeb }, policy));
    });
    it("wants both of two selectors in one peer, and one of two peers", () => {
      const both = onDb({ ingress: [{ from: [{ ...sales, ...fromWeb.from[0] }] }] });
      assert.ok(may({ from: foreignWeb }, both));
      assert.ok(!may({ from: foreignBare }, both));
      assert.ok(!may({ from: thirdWeb }, both));
      const either = onDb({ ingress: [{ from: [sales, ...fromWeb.from] }] });
      assert.ok(may({ from: foreignBare }, either));
      assert.ok(!may({ from: thirdWeb }, either));
    });
    it("takes every namespace by an empty selector", () => {
      assert.ok(may({ from: thirdWeb }, onDb({ ingress: [{ from: [{ namespaceSelector: {} }] }] })));
    });
    it("refuses to guess about addresses, empty peers and unknown namespaces", () => {
      const block = { ipBlock: { cidr: "10.0.0.0/8" } };
      assert.throws(() => may({}, onDb({ ingress: [{ from: [block] }] })), /ipBlock/);
      assert.throws(() => may({}, onDb({ ingress: [{ from: [{}] }] })), /Cannot tell/);
      const nowhere = { namespace: "nowhere", labels: {} };
      assert.throws(() => may({ from: nowhere }, onDb({ ingress: [fromWeb] })), /nowhere is unknown/);
    });
  });

  describe("ports", () => {
    const open = (...ports: object[]) => onDb({ ingress: [{ ports }] });
    it("means every port by no ports, or none listed", () => {
      assert.ok(may({ port: 1 }, onDb({ ingress: [fromWeb] })));
      assert.ok(may({ port: 1 }, open()));
    });
    it("keeps to the number, and to TCP unless it says otherwise", () => {
      assert.ok(may({}, open({ port: 5432 })));
      assert.ok(!may({ port: 5433 }, open({ port: 5432 })));
      assert.ok(!may({ protocol: "UDP" }, open({ port: 5432 })));
      assert.ok(may({ protocol: "UDP" }, open({ port: 5432, protocol: "UDP" })));
    });
    it("means every port of a protocol by a protocol alone", () => {
      assert.ok(may({ port: 9 }, open({ protocol: "TCP" })));
      assert.ok(!may({ port: 9, protocol: "UDP" }, open({ protocol: "TCP" })));
    });
    it("takes a range with both of its ends", () => {
      const range = open({ port: 100, endPort: 110 });
      assert.deepEqual(
        [99, 100, 105, 110, 111].map((port) => may({ port }, range)),
        [false, true, true, true, false],
      );
    });
    it("looks names up in the destination, by protocol", () => {
      assert.ok(may({}, open({ port: "sql" })));
      assert.ok(!may({ port: 5433 }, open({ port: "sql" })));
      assert.ok(!may({ port: 53 }, open({ port: "dns" })));
      assert.ok(may({ port: 53, protocol: "UDP" }, open({ port: "dns", protocol: "UDP" })));
      assert.ok(!may({ to: { ...db, ports: [] } }, open({ port: "sql" })), "a pod that has no such port");
    });
    it("wants peer and port of the same rule", () => {
      const policy = onDb({ ingress: [{ ...fromWeb, ports: [{ port: 80 }] }, { ports: [{ port: 5432 }] }] });
      assert.ok(may({ from: bare }, policy));
      assert.ok(!may({ from: bare, port: 80 }, policy));
    });
  });

  it("reads label selectors as Kubernetes does", () => {
    const requires = (operator: string, values?: string[]) => ({
      matchExpressions: [{ key: "app", operator, values }],
    });
    const table: [string, string[] | undefined, boolean, boolean, boolean][] = [
      // operator, values, app=web, app=db, no label
      ["In", ["web"], true, false, false],
      ["NotIn", ["web"], false, true, true],
      ["Exists", undefined, true, true, false],
      ["DoesNotExist", undefined, false, false, true],
    ];
    for (const [operator, values, ...expected] of table) {
      const all: Labels[] = [{ app: "web" }, { app: "db" }, { tier: "x" }];
      assert.deepEqual(
        all.map((labels) => selects(requires(operator, values), labels)),
        expected,
        operator,
      );
    }
    assert.ok(!selects({ matchLabels: { app: "web" }, ...requires("NotIn", ["web"]) }, { app: "web" }));
    assert.ok(selects({}, {}));
    assert.throws(() => selects(requires("Like"), {}), /"Like" is no operator/);
  });
});
