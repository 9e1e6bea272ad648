import assert from "node:assert/strict";
import { Guard } from "../../../../../operate/drill/guard/guard";
import { fakeCluster } from "../../fakeCluster";

interface Request {
  readonly body: { metadata: Record<string, unknown>; rules?: unknown[] };
}

/** A guard that has started, and the objects that it created. */
async function startedGuard(answers: Record<string, () => unknown> = {}) {
  const created: [string, Request["body"]][] = [];
  const create = (kind: string) => (request: Request) => {
    created.push([kind, request.body]);
    return { metadata: { ...request.body.metadata, uid: `uid of ${kind}` } };
  };
  const recorded: unknown[] = [];
  const deleted: string[] = [];
  const remove =
    (kind: string) =>
    ({ name, namespace = "" }: { name: string; namespace?: string }) =>
      void deleted.push(`${kind} ${namespace}/${name}`);
  const cluster = fakeCluster({
    batch: {
      createNamespacedJob: create("Job"),
      patchNamespacedJob: () => undefined,
      readNamespacedJob: () => ({ status: { ready: 1 } }),
    },
    core: {
      createNamespacedServiceAccount: create("ServiceAccount"),
      createNamespacedConfigMap: create("ConfigMap"),
      patchNamespacedConfigMap: ({ body }: { body: unknown }) => recorded.push(body),
    },
    rbac: {
      createNamespacedRole: create("Role"),
      createNamespacedRoleBinding: create("RoleBinding"),
      createClusterRole: create("ClusterRole"),
      createClusterRoleBinding: create("ClusterRoleBinding"),
      deleteNamespacedRole: remove("Role"),
      deleteNamespacedRoleBinding: remove("RoleBinding"),
      deleteClusterRoleBinding: remove("ClusterRoleBinding"),
      ...answers,
    },
  });
  const template = { spec: { containers: [{ name: "worker", image: "worker" }] } };
  const guard = new Guard(cluster, { run: "drain-1", namespace: "shop", holder: "ann", avoid: [], template });
  await guard.start(new AbortController().signal);
  return { guard, created, recorded, deleted };
}

const uncordon = { method: "PATCH", path: "/api/v1/nodes/one", body: [] } as const;
const rule = { apiGroups: [""], resources: ["nodes"], resourceNames: ["one"], verbs: ["patch"] };

describe("a drill's guard", () => {
  it("owns what it needs, so that all of it goes with the Job", async () => {
    const { created } = await startedGuard();
    const owners = created.slice(1).map(([kind, { metadata }]) => [kind, metadata["ownerReferences"]]);
    const owner = { apiVersion: "batch/v1", kind: "Job", name: "drill-drain-1-guard", uid: "uid of Job" };
    assert.deepEqual(
      owners,
      ["ServiceAccount", "ConfigMap", "Role", "RoleBinding"].map((kind) => [kind, [owner]]),
    );
  });

  it("gets exactly the permission that a change needs, and the request that undoes it", async () => {
    const { guard, created, recorded } = await startedGuard();
    await guard.arm({ request: uncordon, rule, namespace: undefined });
    const name = "drill-drain-1-guard-0";
    const [binding, role] = created.slice(-2);
    assert.equal(binding?.[0], "ClusterRoleBinding");
    assert.deepEqual(role?.[1].rules, [
      rule,
      {
        apiGroups: ["rbac.authorization.k8s.io"],
        resources: ["clusterrolebindings"],
        resourceNames: [name],
        verbs: ["delete"],
      },
    ]);
    const owners = role[1].metadata["ownerReferences"] as { kind: string }[];
    assert.equal(owners[0]?.kind, "ClusterRoleBinding", "the role goes with the binding");
    const path = `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${name}`;
    const value = JSON.stringify([uncordon, { method: "DELETE", path }]);
    assert.deepEqual(recorded, [{ data: { 0: value } }]);
  });

  it("needs no ClusterRole for an object in a namespace", async () => {
    const { guard, created } = await startedGuard();
    await guard.arm({ request: uncordon, rule, namespace: "agents" });
    assert.deepEqual(
      created
        .slice(-2)
        .map(([kind, { metadata }]) => [kind, metadata["namespace"], metadata["ownerReferences"]]),
      [
        ["Role", "agents", undefined],
        ["RoleBinding", "agents", undefined],
      ],
    );
  });

  it("forgets a change that was undone, and gives up the permission for it", async () => {
    const { guard, recorded, deleted } = await startedGuard();
    await guard.arm({ request: uncordon, rule, namespace: undefined });
    const disarm = await guard.arm({ request: uncordon, rule, namespace: "agents" });
    await disarm();
    assert.deepEqual(recorded.at(-1), { data: { 1: null } });
    assert.deepEqual(deleted, [
      "RoleBinding agents/drill-drain-1-guard-1",
      "Role agents/drill-drain-1-guard-1",
    ]);
    const last = await guard.arm({ request: uncordon, rule, namespace: undefined });
    await last();
    assert.deepEqual(recorded.at(-1), { data: { 2: null } });
    assert.equal(deleted.at(-1), "ClusterRoleBinding /drill-drain-1-guard-2", "its ClusterRole goes with it");
  });

  it("does not fail the drill if it cannot forget a change", async () => {
    const { guard } = await startedGuard({
      deleteClusterRoleBinding: () => {
        throw new Error("no answer");
      },
    });
    await (
      await guard.arm({ request: uncordon, rule, namespace: undefined })
    )();
  });

  it("names the permissions that the user lacks", async () => {
    const { guard } = await startedGuard({
      createClusterRoleBinding: () => {
        throw Object.assign(new Error("forbidden"), { code: 403 });
      },
    });
    await assert.rejects(
      guard.arm({ request: uncordon, rule, namespace: undefined }),
      /ClusterRoles for scenes/,
    );
  });
});
