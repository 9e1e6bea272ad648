import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { render } from "../../render/command";
import { type Overrides, stacks } from "../../render/stackConfig";
import { type KubernetesObject, masked, titleOf, toYaml } from "../../render/yaml";
import { EVERYTHING, rendered } from "../unit/render/examples";
import { RenderCluster } from "./renderCluster";

/** Whether an object belongs to KEDA, which is not installed. */
const isKeda = ({ apiVersion }: KubernetesObject) => apiVersion.startsWith("keda.sh/");

interface PodTemplate {
  spec: { securityContext?: object; containers: { name: string; image: string; securityContext?: object }[] };
}

describe("rendered objects on a real API server", () => {
  const cluster = new RenderCluster();
  before(() => cluster.open());
  after(() => cluster.close());

  /** Lets the API server validate and admit the objects without storing them. */
  const check = (objects: KubernetesObject[]) =>
    cluster.kubectl(toYaml(objects), "apply", "--dry-run=server", "--validate=strict", "--filename=-");

  /**
   * Creates the namespace with its Pod Security level, because a dry run needs an existing namespace. The namespaces
   * of clients exist before, as the page on publishers says.
   */
  function makeNamespace(objects: KubernetesObject[]): void {
    const [namespace, ...more] = objects.filter(({ kind }) => kind === "Namespace");
    assert.ok(namespace && more.length === 0);
    assert.equal(namespace.metadata.labels?.["pod-security.kubernetes.io/enforce"], "restricted");
    assert.equal(namespace.metadata.labels["pod-security.kubernetes.io/warn"], "restricted");
    const clients = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
    clients.delete(namespace.metadata.name);
    const existing = [...clients].map((name) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name },
    }));
    const { status, stderr } = cluster.kubectl(toYaml([namespace, ...existing]), "apply", "--filename=-");
    assert.equal(status, 0, stderr);
  }

  function passes(objects: KubernetesObject[]): void {
    makeNamespace(objects);
    const { status, stdout, stderr } = check(objects);
    assert.equal(stderr, "");
    assert.equal(status, 0);
    assert.equal(stdout.match(/\(server dry run\)$/gm)?.length, objects.length, stdout);
  }

  for (const stack of stacks()) {
    it(`accepts stack ${stack} without a warning, with passwords and with placeholders`, async () => {
      const objects = await rendered(stack);
      passes(objects);
      passes(objects.map(masked));
    });
  }

  it("accepts TLS, a second user, a beat, placements and autoscaling without a warning", async () => {
    const objects = await rendered("local", EVERYTHING);
    assert.ok(objects.some(isKeda));
    passes(objects.filter((each) => !isKeda(each)));
  });

  describe("the API server reports", () => {
    let workers: KubernetesObject & { spec: { template: PodTemplate; replicas?: number } };
    before(async () => {
      const objects = await rendered("local");
      makeNamespace(objects);
      workers = objects.find(({ metadata }) => metadata.name === "celery-default-workers") as typeof workers;
      assert.equal(check([workers]).stderr, "");
    });

    it("a Deployment whose pods are not restricted, as a warning", () => {
      const loose = structuredClone(workers);
      delete loose.spec.template.spec.containers[0]?.securityContext;
      assert.match(check([loose]).stderr, /would violate PodSecurity "restricted.*allowPrivilegeEscalation/);
    });

    it("a pod that is not restricted, and rejects it", () => {
      const { metadata, spec } = structuredClone(workers);
      delete spec.template.spec.securityContext;
      const pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "loose", namespace: metadata.namespace },
        spec: spec.template.spec,
      };
      const { status, stderr } = check([pod]);
      assert.notEqual(status, 0);
      assert.match(stderr, /violates PodSecurity "restricted.*runAsNonRoot/);
    });

    it("a misspelled field, and rejects it", () => {
      const misspelled = structuredClone(workers) as KubernetesObject & { spec: Record<string, unknown> };
      misspelled.spec.replica = 3;
      const { status, stderr } = check([misspelled]);
      assert.notEqual(status, 0);
      assert.match(stderr, /unknown field "spec\.replica"/);
    });

    it("a value out of bounds", () => {
      const negative = structuredClone(workers);
      negative.spec.replicas = -1;
      assert.match(check([negative]).stderr, /spec\.replicas.*greater than or equal to 0/s);
    });
  });

  describe("applied as docs/how-to/gitops.md describes", () => {
    const folder = mkdtempSync(join(tmpdir(), "ha-celery-gitops-"));
    after(() => rmSync(folder, { recursive: true }));
    let yaml: string;

    before(async () => {
      const base = cluster.opened.bases;
      const config: Overrides = {
        kubeContext: "any",
        imageRepository: cluster.opened.cluster.registry,
        rabbitmqBaseImage: base.rabbitmq,
        workerBaseImage: base.worker,
        scheduleTasks: "300",
      };
      ({ yaml } = await render({ stack: "local", config, passwords: join(folder, "passwords.yaml") }));
      const images = new Set([...yaml.matchAll(/image: (\S+)$/gm)].map(([, image]) => image ?? ""));
      assert.equal(images.size, 2);
      for (const image of images) {
        const name = image.includes("/rabbitmq:") ? "rabbitmq" : "worker";
        cluster.push(image, join("docker", name), base[name]);
      }
    });

    it("the kustomization adds annotations to its targets, and removes nothing", () => {
      const document = readFileSync(join("docs", "how-to", "gitops.md"), "utf8");
      const [, kustomization] = /```yaml\n(apiVersion: kustomize[^`]*)```/.exec(document) ?? [];
      writeFileSync(join(folder, "kustomization.yaml"), kustomization ?? "");
      writeFileSync(join(folder, "celery.yaml"), yaml);
      const { stdout, stderr } = cluster.kubectl("", "kustomize", folder);
      assert.equal(stderr, "");
      const read = (text: string) => parseAllDocuments(text).map((each) => each.toJS() as KubernetesObject);
      const built = new Map(read(stdout).map((each) => [titleOf(each), each]));
      let patched = 0;
      for (const each of read(yaml)) {
        const { annotations = {} } = built.get(titleOf(each))?.metadata ?? {};
        const ours = Object.entries(annotations).filter(([key]) => !/argoproj|fluxcd/.test(key));
        assert.deepEqual(Object.fromEntries(ours), each.metadata.annotations ?? {}, titleOf(each));
        if (ours.length < Object.keys(annotations).length) patched += 1;
      }
      assert.equal(patched, 4, "namespace, brokers, the ledger's claim and the Job");
    });

    it("one apply of all objects settles, and every task is executed", async () => {
      const applied = cluster.kubectl(yaml, "apply", "--filename=-");
      assert.equal(applied.status, 0, applied.stderr);
      assert.equal(applied.stderr, "");
      const job = "job/celery-scheduler-run";
      const wait = ["wait", "--namespace=celery", "--timeout=420s", "--for=condition=complete", job];
      const waited = cluster.kubectl("", ...wait);
      assert.equal(
        waited.status,
        0,
        waited.stderr + cluster.kubectl("", "get", "pods", "--all-namespaces").stdout,
      );
      const ledger = cluster.ledger("celery");
      while ((await ledger.summary("run-1")).executed < 300)
        await new Promise((next) => setTimeout(next, 1000));
      const { confirmed, executed, lost } = await ledger.summary("run-1");
      assert.deepEqual({ confirmed, executed, lost }, { confirmed: 300, executed: 300, lost: 0 });
    }).timeout(600_000);

    it("a second apply changes nothing that runs", () => {
      const columns =
        "--output=custom-columns=A:.kind,B:.metadata.name,C:.metadata.uid,D:.metadata.generation";
      const running = () =>
        cluster.kubectl("", "get", "statefulsets,deployments,jobs,pods", "--namespace=celery", columns)
          .stdout;
      const before = running();
      assert.match(before, /StatefulSet +celery-broker .*\n(.*\n)*Pod +celery-broker-2 /);
      const { status, stderr } = cluster.kubectl(yaml, "apply", "--filename=-");
      assert.equal(status, 0, stderr);
      assert.equal(running(), before);
    });
  });
});
