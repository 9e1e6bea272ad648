import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { REPOSITORY, stateDir } from "../../local/paths";
import { consoleDrill } from "./consoleDrill";
import { drills } from "./drills";
import { scheduledDrills } from "./scheduledDrills";
import { apps, CLUSTER, command, core, ledger, leaderOf, NAMESPACE, pods, Running, start } from "./machine";

const docker = (...args: string[]) => execFileSync("docker", args, { encoding: "utf8" }).trim();

/** Takes port 5000, the registry's preferred port, unless another program has taken it already. */
function holdPort5000(): Server {
  return createServer()
    .on("error", () => undefined)
    .listen(5000, "127.0.0.1");
}

describe("the local target, on a real cluster", () => {
  const squatter = holdPort5000();
  // Removes what an interrupted run, or another checkout, left under this name.
  before(() => {
    Running.endOnSignal();
    return command("down", "--force");
  });
  afterEach(() => Running.endAll());
  after(async () => {
    squatter.close();
    await command("down");
  });

  describe("brought up", () => {
    it("brings everything up although port 5000 is in use, and counts every task", async () => {
      const { code, output } = await command("up", "--tasks=1000");
      assert.equal(code, 0, output);
      assert.match(output, /1000 of 1000 tasks done, 0 lost, 0 duplicated/);
    });

    it("spreads the brokers over the nodes and runs three consuming workers", async () => {
      const brokers = await pods("rabbitmq");
      assert.equal(new Set(brokers.map((pod) => pod.spec?.nodeName)).size, 3);
      const { items } = await apps().listNamespacedDeployment({
        namespace: NAMESPACE,
        labelSelector: "app.kubernetes.io/name=celery-worker",
      });
      assert.deepEqual(
        items.map(({ status }) => status?.readyReplicas),
        [3],
      );
    });

    it("changes nothing when it is brought up again", async () => {
      const { code, output, seconds } = await command("up");
      assert.equal(code, 0, output);
      assert.match(output, /pulumi up: 0 changes/);
      assert.match(output, /1000 of 1000 tasks done, 0 lost, 0 duplicated/);
      console.log(`      second up: ${seconds.toFixed(1)} s`);
    });

    it("shows the count in status", async () => {
      const { code, output } = await command("status");
      assert.equal(code, 0, output);
      assert.match(output, /3 of 3/);
      assert.match(output, /1000 of 1000 tasks done/);
      // Nothing runs, which the workers have counted.
      assert.match(output, /│ tasks .*│ - +│ 0\.0 +│/);
      assert.match(output, /rates: over \d+ s, from the metrics of the workers/);
    });

    it("refuses to continue with a cluster that another checkout created", async () => {
      const [kept, aside] = [stateDir(CLUSTER), `${stateDir(CLUSTER)}-aside`];
      renameSync(kept, aside);
      try {
        const { code, output } = await command("up");
        assert.equal(code, 1);
        assert.match(output, /Error: The cluster "test" was created by another checkout/);
        assert.match(output, /make down CLUSTER=test/);
        assert.doesNotMatch(output, /\n {4}at /, "a stack trace");
      } finally {
        rmSync(kept, { recursive: true, force: true });
        renameSync(aside, kept);
      }
    });

    it("is not taken down by another checkout", async () => {
      const other = mkdtempSync(join(tmpdir(), "ha-celery-checkout-"));
      try {
        for (const part of [
          "components",
          "docker/base-images.json",
          "local",
          "operate",
          "program",
          "index.ts",
          "package.json",
          "tsconfig.json",
        ])
          cpSync(join(REPOSITORY, part), join(other, part), { recursive: true });
        symlinkSync(join(REPOSITORY, "node_modules"), join(other, "node_modules"));
        const { code, output } = await new Running(["down", `--cluster=${CLUSTER}`], "main", other).ended;
        assert.equal(code, 1);
        assert.match(output, new RegExp(`created by another checkout, ${REPOSITORY}, `));
        assert.match(output, /make down CLUSTER=test FORCE=1/);
        assert.equal((await pods("rabbitmq")).length, 3);
      } finally {
        rmSync(other, { recursive: true });
      }
    });

    it("loses nothing when the queue leader's pod is killed under load", async () => {
      const leader = await leaderOf("tasks");
      const run = start("up", "--run=killed-leader", "--tasks=3000");
      while (
        ((
          await ledger()
            .summary("killed-leader")
            .catch(() => undefined)
        )?.executed ?? 0) < 500
      ) {
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      await core().deleteNamespacedPod({ name: leader, namespace: NAMESPACE, gracePeriodSeconds: 0 });
      const before = await ledger().summary("killed-leader");
      assert.ok(before.executed < 3000, "the pod was deleted after the last task");
      const { code, output } = await run.ended;
      assert.equal(code, 0, output);
      assert.match(output, /3000 of 3000 tasks done, 0 lost/);
    });

    it("survives Ctrl-C in the middle of an update, and the next up finishes it", async () => {
      const interrupted = start("up", "--run=interrupted", "--tasks=2000");
      await interrupted.until(/create.* Job/);
      interrupted.signal("SIGINT");
      assert.notEqual((await interrupted.ended).code, 0);
      const { code, output } = await command("up", "--run=interrupted", "--tasks=2000");
      assert.equal(code, 0, output);
      assert.match(output, /2000 of 2000 tasks done, 0 lost/);
    });

    it("survives SIGKILL in the middle of an update, and the next up finishes it", async () => {
      const killed = start("up", "--run=killed", "--tasks=2000");
      await killed.until(/create.* Job/);
      killed.signal("SIGKILL");
      await killed.ended;
      const { code, output } = await command("up", "--run=killed", "--tasks=2000");
      assert.equal(code, 0, output);
      assert.match(output, /2000 of 2000 tasks done, 0 lost/);
    });

    it("reports the pod and the reason when workers do not start, and recovers with a correct configuration", async () => {
      const broken = await command("up", "--config=workerApp=no.such.app", "--config=readyTimeout=45s");
      assert.equal(broken.code, 1, broken.output);
      assert.match(
        broken.output,
        /celery-default-workers-[a-z0-9-]+.*(CrashLoopBackOff|no\.such\.app|exit code)/s,
      );
      assert.doesNotMatch(broken.output, /\n {4}at /, "a stack trace");
      const { code, output } = await command("up");
      assert.equal(code, 0, output);
    });
  });

  describe("drilled", drills);
  describe("drilled by the clock: scheduled drills", scheduledDrills);
  // After those, whose history begins empty.
  describe("drilled from the page of the console", consoleDrill);

  describe("restarted and taken down", () => {
    it("recovers after all of its containers stopped, as after a reboot", async () => {
      const containers = docker("ps", "--quiet", "--filter", `label=ha-celery.cluster=${CLUSTER}`).split(
        "\n",
      );
      docker("kill", ...containers);
      const { code, output } = await command("up");
      assert.equal(code, 0, output);
      assert.match(output, /2000 of 2000 tasks done, 0 lost/);
    });

    it("goes down and leaves nothing behind", async () => {
      const { code, output } = await command("down");
      assert.equal(code, 0, output);
      assert.equal(existsSync(stateDir(CLUSTER)), false);
      if (!existsSync("/var/run/docker.sock")) return; // `make down` stopped the Docker that `make up` had started
      const filter = ["--filter", `label=ha-celery.cluster=${CLUSTER}`];
      assert.equal(docker("ps", "--all", "--quiet", ...filter), "");
      assert.equal(docker("network", "ls", "--quiet", ...filter), "");
      assert.equal(docker("volume", "ls", "--quiet", ...filter), "");
    });
  });
});
