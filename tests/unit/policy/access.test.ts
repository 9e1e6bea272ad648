import assert from "node:assert/strict";
import { after, assertSaid, besides, type Change, theObject } from "./stack";

const metadata = { namespace: "celery", name: "more" };

describe("a policy speaks up about access when", () => {
  const cases: [string, string, RegExp, Change[], RegExp][] = [
    [
      "the broker's Service is a load balancer",
      "Service",
      /broker-client/,
      [["spec type", "LoadBalancer"]],
      /^broker-not-public: Service celery\/\S+: .*LoadBalancer.* Fix: use type ClusterIP/,
    ],
    [
      "a Service of somebody else opens a port of the nodes to the brokers",
      "Service",
      /broker-client/,
      [
        ["metadata labels", {}],
        ["spec type", "NodePort"],
      ],
      /^broker-not-public: .*NodePort/,
    ],
    [
      "the broker's Service has an address outside",
      "Service",
      /broker-client/,
      [["spec externalIPs", ["192.0.2.1"]]],
      /^broker-not-public: .*external addresses/,
    ],
    [
      "a policy of the broker lets everyone connect",
      "NetworkPolicy",
      /broker/,
      [["spec ingress 0 from", undefined]],
      /^broker-network-not-opened: NetworkPolicy celery\/\S+: it lets everyone connect to the broker.* Fix:/,
    ],
    [
      "a policy of the broker lets every pod connect",
      "NetworkPolicy",
      /broker/,
      [["spec ingress 0 from 0", { namespaceSelector: {} }]],
      /^broker-network-not-opened: .*every pod/,
    ],
    [
      "a policy of the broker lets every address connect",
      "NetworkPolicy",
      /broker/,
      [["spec ingress 0 from 0", { ipBlock: { cidr: "0.0.0.0/0" } }]],
      /^broker-network-not-opened: .*every address/,
    ],
  ];
  for (const [title, kind, name, changes, message] of cases) {
    it(title, async () => {
      const said = await after(kind, name, changes);
      assertSaid(said, message);
    });
  }

  it("no policy selects the broker", async () => {
    const said = await after("NetworkPolicy", /./, [["spec podSelector", { matchLabels: { app: "other" } }]]);
    assertSaid(said, /^broker-network-closed: StatefulSet celery\/celery-broker: no NetworkPolicy/);
  });

  const selectors = [
    { "app.kubernetes.io/instance": "celery-broker" },
    { "statefulset.kubernetes.io/pod-name": "celery-broker-1" },
    { "app.kubernetes.io/name": "rabbitmq" },
  ];
  for (const selector of selectors) {
    it(`a load balancer selects brokers by ${JSON.stringify(selector)}`, async () => {
      const service = (namespace: string, of: object) =>
        besides("core/v1:Service", {
          metadata: { namespace, name: "open" },
          spec: { type: "LoadBalancer", selector: of },
        });
      const said = await service("celery", selector);
      assertSaid(said, /^broker-not-public: Service celery\/open: .*LoadBalancer/);
      assert.deepEqual(await service("celery", { app: "web" }), []);
    });
  }

  const entrances: [string, string, (name: string) => object][] = [
    ["Ingress", "networking.k8s.io/v1:Ingress", (name) => ({ defaultBackend: { service: { name } } })],
    [
      "Ingress with a path",
      "networking.k8s.io/v1:Ingress",
      (name) => ({ rules: [{ http: { paths: [{ path: "/", backend: { service: { name } } }] } }] }),
    ],
    [
      "TCPRoute",
      "gateway.networking.k8s.io/v1alpha2:TCPRoute",
      (name) => ({ rules: [{ backendRefs: [{ name, port: 5672 }] }] }),
    ],
  ];
  for (const [title, type, spec] of entrances) {
    it(`an ${title} leads to the broker`, async () => {
      const { name } = await theObject("Service", /^celery-broker-client$/);
      const said = await besides(type, { metadata, spec: spec(name) });
      assertSaid(said, /^broker-not-routed: (Ingress|TCPRoute) celery\/more: it routes to the broker.* Fix:/);
      assert.deepEqual(await besides(type, { metadata, spec: spec("web") }), []);
    });
  }

  it("somebody else's NetworkPolicy opens the namespace of the broker", async () => {
    const policy = (podSelector: object, from?: object[]) =>
      besides("networking.k8s.io/v1:NetworkPolicy", {
        metadata,
        spec: { podSelector, ingress: [{ from }] },
      });
    const said = await policy({});
    assertSaid(said, /^broker-network-not-opened: NetworkPolicy celery\/more: it lets everyone connect/);
    const others = {
      matchExpressions: [{ key: "app.kubernetes.io/component", operator: "NotIn", values: ["broker"] }],
    };
    assert.deepEqual(await policy(others), []);
    assert.deepEqual(await policy({}, [{ podSelector: { matchLabels: { app: "web" } } }]), []);
  });
});
