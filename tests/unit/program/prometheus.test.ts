import assert from "node:assert/strict";
import { list, the } from "../components/engine";
import { deploy } from "./stackRuns";

const MONITORED = {
  prometheusBaseImage: "debian:trixie-slim",
  monitoring: JSON.stringify({ by: "configMap" }),
  monitoringNamespaces: JSON.stringify(["monitoring"]),
};
const PARENT = "ha-celery:program:Prometheus prometheus";

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

describe("the Prometheus of a stack", () => {
  it("is not there unless asked for", async () => {
    const { resources } = await deploy("local");
    assert.ok(!list(resources).some((each) => /prometheus/i.test(each)));
  });

  it("runs in a closed namespace of its own, which the broker and the workers admit", async () => {
    const { resources } = await deploy("local", MONITORED);
    const own = resources.filter(({ parent }) => parent === PARENT);
    assert.deepEqual(list(own), [
      "ConfigMap prometheus-config",
      "Deployment prometheus",
      "Namespace prometheus-namespace",
      "NetworkPolicy prometheus-deny-ingress",
      "Role prometheus",
      "RoleBinding prometheus",
      "Service prometheus",
      "ServiceAccount prometheus",
    ]);
    const admitting = resources.filter(
      ({ type, inputs }) =>
        type.endsWith(":NetworkPolicy") && JSON.stringify(inputs).includes('["monitoring"]'),
    );
    assert.deepEqual(list(admitting), [
      "NetworkPolicy celery-broker-access",
      "NetworkPolicy celery-default-monitoring",
    ]);
  });

  it("may read the pods of the stack's namespace, and nothing else", async () => {
    const { resources } = await deploy("local", MONITORED);
    const { metadata, rules } = the(resources, "Role", "prometheus").inputs as unknown as {
      metadata: { namespace: string };
      rules: Rule[];
    };
    assert.equal(metadata.namespace, "celery");
    assert.deepEqual(rules, [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] }]);
  });

  it("has the scrapes and the alerts of the component, and a new pod when they change", async () => {
    const made = async (more: object) => {
      const monitoring = JSON.stringify({ by: "configMap", ...more });
      const { resources } = await deploy("local", { ...MONITORED, monitoring });
      const { data } = the(resources, "ConfigMap", "prometheus-config").inputs as unknown as {
        data: Record<string, string>;
      };
      const { spec } = the(resources, "Deployment", "prometheus").inputs as unknown as {
        spec: { template: { metadata: { annotations: Record<string, string> } } };
      };
      const component = the(resources, "ConfigMap", "celery-monitoring-prometheus").inputs;
      return { data, component, annotations: spec.template.metadata.annotations };
    };
    const { data, component, annotations } = await made({});
    const { "prometheus.yml": own = "", ...files } = data;
    assert.deepEqual(files, component.data);
    assert.match(own, /"scrape_config_files": \[\s+"\/etc\/prometheus\/config\/scrapes.json"/);
    assert.notDeepEqual((await made({ intervalSeconds: 60 })).annotations, annotations);
  });

  it("verifies a broker with TLS", async () => {
    const { resources } = await deploy("local", { ...MONITORED, brokerTls: "generated" });
    const { data } = the(resources, "ConfigMap", "prometheus-authority").inputs as unknown as {
      data: Record<string, string>;
    };
    assert.deepEqual(Object.keys(data), ["ca.crt"]);
    const scrapes = JSON.stringify(the(resources, "ConfigMap", "prometheus-config").inputs);
    const [, file = ""] = /\\"ca_file\\": \\"(.+?)\\"/.exec(scrapes) ?? [];
    const { spec } = the(resources, "Deployment", "prometheus").inputs as unknown as {
      spec: { template: { spec: { containers: [{ volumeMounts: { name: string; mountPath: string }[] }] } } };
    };
    const [{ volumeMounts }] = spec.template.spec.containers;
    const mount = volumeMounts.find(({ name }) => name === "authority");
    assert.equal(file, `${mount?.mountPath}/ca.crt`);
  });
});
