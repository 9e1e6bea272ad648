import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { join } from "node:path";
import { AppsV1Api, CoreV1Api } from "@kubernetes/client-node";
import { program, type Wishes } from "./providerProgram";
import { type Outcome, ProviderStack, succeeded, touched } from "./providerStack";
import { openSharedCluster, type SharedCluster } from "./sharedCluster";

const said = (outcome: Outcome): string => outcome.messages.join("\n");

describe("provider stand-ins, driven by the real engine", () => {
  const stack = new ProviderStack();
  const wishes: Wishes = {
    kubeconfig: "",
    image: {
      base: "",
      name: "",
      context: join(__dirname, "providerImage"),
    },
    greeting: "hello",
    replicas: 2,
    jobCommand: "cat /greeting",
    neverReady: false,
    timeout: "3m",
  };
  /** Registry that this machine pushes to and the nodes pull from. */
  let registry: string;
  let shared: SharedCluster;
  let core: CoreV1Api;
  let apps: AppsV1Api;
  let namespace: string;

  const deployment = async () => {
    const { items } = await apps.listNamespacedDeployment({ namespace });
    assert.equal(items.length, 1);
    return items[0];
  };

  before(async () => {
    shared = await openSharedCluster();
    wishes.image.base = shared.bases.worker;
    wishes.kubeconfig = shared.cluster.kubeconfigPath;
    registry = shared.cluster.registry;
    wishes.image.name = `${registry}/ha-celery-providers-test:latest`;
    core = shared.config.makeApiClient(CoreV1Api);
    apps = shared.config.makeApiClient(AppsV1Api);
    await stack.open(() => program(wishes)(), shared.tools);
  });
  after(async () => {
    await stack.run("destroy");
    stack.close();
    await shared.close();
  });

  it("previews a stack before anything exists", async () => {
    const preview = succeeded(await stack.run("preview"));
    assert.deepEqual(preview.steps.set, ["create"]);
  });

  it("creates a resource of every type, and waits for pods and the job", async () => {
    const up = succeeded(await stack.run("up"));
    assert.match(said(up), /of 2 replicas ready/);
    namespace = String(await stack.output("namespace"));
    assert.match(namespace, /^space-[0-9a-f]{8}$/);
    const set = await apps.readNamespacedStatefulSet({ name: "set", namespace });
    assert.equal(set.status?.readyReplicas, 2);
    const image = (await deployment())?.spec?.template.spec?.containers[0]?.image ?? "";
    assert.match(image, /ha-celery-providers-test@sha256:[0-9a-f]{64}$/);
    assert.ok(image.startsWith(registry));
  });

  it("keeps secrets secret in the state", async () => {
    const password = String(await stack.output("password"));
    assert.equal(password.length, 20);
    assert.ok(!stack.stateText.includes(password));
    assert.ok(!stack.stateText.includes(Buffer.from(password).toString("base64")));
    assert.doesNotMatch(stack.stateText, /PRIVATE KEY/);
  });

  it("signs a certificate for a generated key", async () => {
    const certificate = new X509Certificate(String(await stack.output("certificate")));
    assert.ok(certificate.checkPrivateKey(createPrivateKey(String(await stack.output("privateKey")))));
  });

  it("changes nothing when nothing changed, before and after a refresh", async () => {
    assert.deepEqual(touched(succeeded(await stack.run("up"))), []);
    assert.deepEqual(touched(succeeded(await stack.run("refresh"))), []);
    assert.deepEqual(touched(succeeded(await stack.run("preview"))), []);
  });

  it("updates mutable fields in place, replaces on immutable ones, and lists the fields", async () => {
    wishes.greeting = "goodbye";
    wishes.replicas = 3;
    const before = String(await stack.output("config"));
    const up = succeeded(await stack.run("up"));
    assert.deepEqual(up.diffs.set, ["spec.replicas", "spec.template.metadata.annotations.greeting"]);
    assert.deepEqual(up.steps.set, ["update"]);
    assert.deepEqual(up.diffs.config, ["data.greeting"]);
    assert.deepEqual(up.steps.config, ["create-replacement", "replace", "delete-replaced"]);
    assert.notEqual(String(await stack.output("config")), before);
    assert.deepEqual(up.steps.web, ["update"]);
    assert.deepEqual(
      touched(up).sort(),
      ["config", "providers-test", "set", "web"].filter((name) => up.steps[name]),
    );
    const { data } = await core.readNamespacedConfigMap({
      name: String(await stack.output("config")),
      namespace,
    });
    assert.deepEqual(data, { greeting: "goodbye", empty: "" });
  });

  it("sets fields of another resource's object by a patch, in place, and removes only them", async () => {
    const secret = async () => {
      const { metadata, data = {} } = await core.readNamespacedSecret({ name: "whole", namespace });
      const values = Object.entries(data).map(([key, value]) => [
        key,
        Buffer.from(value, "base64").toString(),
      ]);
      return { uid: metadata?.uid, data: Object.fromEntries(values) as Record<string, string> };
    };
    const { uid } = await secret();
    for (const [patched, steps, data] of [
      ["one", ["create"], { own: "1", added: "one" }],
      ["two", ["update"], { own: "1", added: "two" }],
      [undefined, ["delete"], { own: "1" }],
    ] as const) {
      wishes.patched = patched;
      const up = succeeded(await stack.run("up"));
      assert.deepEqual([up.steps.patch, touched(up)], [steps, ["patch"]]);
      assert.deepEqual(await secret(), { uid, data });
      assert.deepEqual(touched(succeeded(await stack.run("refresh"))), []);
      assert.deepEqual(touched(succeeded(await stack.run("preview"))), []);
    }
    wishes.patched = "three";
    succeeded(await stack.run("up"));
  });

  it("recreates an object that was deleted by hand, after a refresh", async () => {
    await core.deleteNamespacedConfigMap({ name: String(await stack.output("config")), namespace });
    assert.match(JSON.stringify(succeeded(await stack.run("refresh")).steps.config), /refresh/);
    assert.deepEqual(succeeded(await stack.run("up")).steps.config, ["create"]);
  });

  it("rejects an update of a field that another manager owns", async () => {
    const scale = (replicas: number) =>
      apps.patchNamespacedStatefulSetScale({
        name: "set",
        namespace,
        body: [{ op: "replace", path: "/spec/replicas", value: replicas }],
      });
    await scale(1);
    succeeded(await stack.run("refresh"));
    assert.match(
      (await stack.run("up")).error ?? "",
      /another manager owns a field.*\.spec\.replicas[^]*patchForce/,
    );
    await scale(wishes.replicas);
    succeeded(await stack.run("up"));
  });

  it("fails within the timeout with the pod's reason when an image cannot be pulled, and recovers", async () => {
    wishes.brokenImage = `${registry}/ha-celery-no-such-image:1`;
    wishes.timeout = "15s";
    const up = await stack.run("up");
    assert.match(up.error ?? "", /Deployment .*\/web-\w+ is not ready after 15 s: 0 of 1 replicas ready/);
    assert.match(
      up.error ?? "",
      /pod web-\S+: container web: (ErrImagePull|ImagePullBackOff): .*ha-celery-no-such-image/,
    );
    wishes.brokenImage = undefined;
    wishes.timeout = "3m";
    const fixed = succeeded(await stack.run("up"));
    assert.deepEqual(fixed.steps.web, ["update"]);
    assert.deepEqual(touched(succeeded(await stack.run("preview"))), []);
  });

  it("reports the reason when a pod cannot be scheduled", async () => {
    wishes.nodeSelector = { "ha-celery/none": "such" };
    wishes.timeout = "10s";
    assert.match(
      (await stack.run("up")).error ?? "",
      /cannot be scheduled \(Unschedulable\): 0\/\d+ nodes are available/,
    );
    wishes.nodeSelector = undefined;
    wishes.timeout = "3m";
    succeeded(await stack.run("up"));
  });

  it("reports the last output of a failed job, and runs a corrected one", async () => {
    wishes.jobCommand = "echo broker refused the password; exit 3";
    const { error = "" } = await stack.run("up");
    assert.match(error, /Job .* failed \(BackoffLimitExceeded\)/);
    assert.match(error, /exit code 3/);
    assert.match(error, /broker refused the password/);
    wishes.jobCommand = "true";
    const fixed = succeeded(await stack.run("up"));
    assert.equal(fixed.steps.once?.[0], "create-replacement");
  });

  it("does not change an existing object of the same name that it did not create", async () => {
    wishes.fixedName = "ha-celery-providers-test";
    const body = { metadata: { name: wishes.fixedName }, data: { theirs: "yes" } };
    await core.createNamespacedConfigMap({ namespace: "default", body });
    assert.match(
      (await stack.run("up")).error ?? "",
      /ConfigMap default\/ha-celery-providers-test already exists/,
    );
    const found = await core.readNamespacedConfigMap({ namespace: "default", name: wishes.fixedName });
    assert.deepEqual(found.data, { theirs: "yes" });
    await core.deleteNamespacedConfigMap({ namespace: "default", name: wishes.fixedName });
  });

  it("adopts an object that a killed run of the same resource left behind", async () => {
    succeeded(await stack.run("up"));
    await stack.forget("fixed");
    assert.deepEqual(succeeded(await stack.run("up")).steps.fixed, ["create"]);
    assert.deepEqual(touched(succeeded(await stack.run("preview"))), []);
  });

  it("stops waiting immediately when canceled, and finishes at the next update", async () => {
    wishes.neverReady = true;
    const { interruptedAt, error } = await stack.run("up", { at: /0 of 1 replicas ready/, by: "Ctrl-C" });
    assert.ok(interruptedAt && error);
    const seconds = (Date.now() - interruptedAt) / 1000;
    assert.ok(seconds < 10, `the update ended ${seconds} s after Ctrl-C`);
    assert.match(error, /was not ready yet when the run was canceled/);
    wishes.neverReady = false;
    succeeded(await stack.run("up"));
    assert.deepEqual(touched(succeeded(await stack.run("preview"))), []);
  });

  it("finds the object that a killed update was creating, and creates no second one", async () => {
    succeeded(await stack.run("destroy"));
    wishes.neverReady = true;
    await stack.run("up", { at: /0 of 1 replicas ready/, by: "kill" });
    assert.ok((await stack.takeUp()) >= 1);
    wishes.neverReady = false;
    succeeded(await stack.run("up"));
    namespace = String(await stack.output("namespace"));
    await deployment();
    assert.deepEqual(touched(succeeded(await stack.run("preview"))), []);
  });

  it("destroys everything and waits until it is gone", async () => {
    succeeded(await stack.run("destroy"));
    const { items } = await core.listNamespace();
    assert.ok(!items.some(({ metadata }) => metadata?.name === namespace));
    assert.doesNotMatch(stack.stateText, /kubernetes:core/);
  });
});
