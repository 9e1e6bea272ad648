import assert from "node:assert/strict";
import { after, besides } from "./stack";

const metadata = { namespace: "celery", name: "more" };

describe("a policy speaks up when", () => {
  const OWN = "containers 0 securityContext";
  const rights: [string, string, unknown, RegExp][] = [
    ["uses the node's network", "hostNetwork", true, /hostNetwork/],
    ["sees the node's processes", "hostPID", true, /hostPID/],
    ["mounts a folder of the node", "volumes", [{ name: "x", hostPath: { path: "/" } }], /type hostPath/],
    ["is privileged", `${OWN} privileged`, true, /privileged/],
    ["may gain rights", `${OWN} allowPrivilegeEscalation`, undefined, /escalate its privileges/],
    ["keeps capabilities", `${OWN} capabilities`, undefined, /keeps capabilities/],
    ["asks for capabilities", `${OWN} capabilities add`, ["SYS_ADMIN"], /adds capabilities/],
    ["may be root", "securityContext runAsNonRoot", undefined, /as root/],
    ["is root", "securityContext runAsUser", 0, /as root/],
    ["has no seccomp profile", "securityContext seccompProfile", undefined, /system call/],
    ["has no limit to system calls", `${OWN} seccompProfile`, { type: "Unconfined" }, /system call/],
  ];
  for (const [title, path, value, message] of rights) {
    it(`a pod ${title}`, async () => {
      const said = await after("Deployment", /default-workers/, [[`spec template spec ${path}`, value]]);
      assert.ok(said.length >= 1);
      for (const each of said) assert.match(each, /^restricted-pods: Deployment celery\/\S+: .* Fix: /);
      assert.match(said[0] ?? "", message);
    });
  }
  const pods: [string, string, (spec: object) => object][] = [
    ["Pod", "core/v1:Pod", (spec) => ({ spec })],
    ["CronJob", "batch/v1:CronJob", (spec) => ({ spec: { jobTemplate: { spec: { template: { spec } } } } })],
    ["DaemonSet", "apps/v1:DaemonSet", (spec) => ({ spec: { template: { spec } } })],
    ["PodTemplate", "core/v1:PodTemplate", (spec) => ({ template: { spec } })],
    ["ReplicationController", "core/v1:ReplicationController", (spec) => ({ spec: { template: { spec } } })],
  ];
  for (const [kind, type, object] of pods) {
    it(`a ${kind} runs an image by its tag, as root`, async () => {
      const said = await besides(type, {
        metadata,
        ...object({ containers: [{ name: "x", image: "busybox" }] }),
      });
      assert.ok(
        said.some((each) =>
          each.startsWith(`images-by-digest: ${kind} celery/more: container x runs busybox`),
        ),
      );
      assert.ok(
        said.some((each) =>
          each.startsWith(`restricted-pods: ${kind} celery/more: container x may run as root`),
        ),
      );
    });
  }

  it("a patch changes an image or the rights of a pod, and only for what it changes", async () => {
    const patched = (container: object, spec: object = {}) =>
      besides("apps/v1:DeploymentPatch", {
        metadata,
        spec: { template: { spec: { ...spec, containers: [{ name: "x", ...container }] } } },
      });
    assert.deepEqual(await patched({}), []);
    const tag = await patched({ image: "busybox" });
    assert.equal(tag.length, 1);
    assert.match(tag[0] ?? "", /^images-by-digest: DeploymentPatch celery\/more: container x runs busybox/);
    const root = await patched({ securityContext: { privileged: true } }, { hostNetwork: true });
    assert.equal(root.length, 2);
    assert.ok(root.every((each) => each.startsWith("restricted-pods: DeploymentPatch celery/more")));
  });
});
