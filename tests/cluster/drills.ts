import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppsV1Api, BatchV1Api, CoordinationV1Api, CoreV1Api } from "@kubernetes/client-node";
import type { Verdict } from "../../operate/drill/verdict/verdict";
import { until } from "../../operate/waiting";
import { DEADLINE_SECONDS, killDrill, KILLS } from "./killedDrill";
import { CLUSTER, command, type Ended, kubeConfig, NAMESPACE, operate } from "./machine";

const DRILL = { namespace: NAMESPACE, labelSelector: "ha-celery/drill" };

const GONE_SECONDS = 20;

/** No time limits, because the machine is busy. Tests only print the gaps; `make drills` checks them against their limits. */
export const UNTIMED = ["publish-gap", "consume-gap", "worker-back", "redelivery", "full-strength"].map(
  (limit) => `--${limit}=none`,
);

/** Scenes with their options. broker-kill is a scheduled drill. */
const DRILLS: readonly [scene: string, ...options: string[]][] = [
  ["drain"],
  ["node-off"],
  ["worker-kill"],
  ["partition"],
  // Longer than two publishing calls that give up after their budget.
  ["memory-alarm-kill", "--load=canvas", "--hold=60"],
];

/** Finds the output of `--json` between the lines of progress. */
function verdictOf({ output }: Ended): Verdict {
  const line = output.split("\n").find((each) => each.startsWith('{"scene"'));
  assert.ok(line, `no verdict in:\n${output}`);
  return JSON.parse(line) as Verdict;
}

/** Tests of drills, for a describe block. They bring the installation up if it is not there. */
export function drills(): void {
  const reports = mkdtempSync(join(tmpdir(), "ha-celery-reports-"));

  before(async () => {
    const { code, output } = await command("up");
    assert.equal(code, 0, output);
  });
  after(() => rmSync(reports, { recursive: true }));

  for (const [scene, ...options] of DRILLS)
    it(`loses no task: ${[scene, ...options].join(" ")}`, async () => {
      const ended = await operate("drill", scene, ...options, "--json", `--report=${reports}`, ...UNTIMED)
        .ended;
      const verdict = verdictOf(ended);
      const { confirmed, executed, lost, reasons, publishGapSeconds, consumeGapSeconds } = verdict;
      console.log(
        `      ${confirmed} confirmed, ${executed} executed, ${lost} lost, ${verdict.duplicated} duplicated, ` +
          `gaps ${publishGapSeconds} s and ${consumeGapSeconds} s, healthy after ${verdict.fullStrengthSeconds} s (${ended.seconds.toFixed(0)} s)`,
      );
      assert.equal(lost, 0);
      assert.ok(confirmed > 100, `only ${confirmed} tasks were published`);
      assert.deepEqual(reasons, []);
      assert.equal(ended.code, 0);
      if (scene === "partition") assert.match(ended.output, /has disconnected its clients/);
    });

  it("writes a report with a timeline for each drill", () => {
    const folders = readdirSync(reports);
    assert.equal(folders.length, DRILLS.length);
    for (const folder of folders)
      for (const file of ["report.md", "verdict.json", "timeline.svg"])
        assert.ok(existsSync(join(reports, folder, file)), `${folder}/${file}`);
  });

  it("fails when a limit is exceeded", async () => {
    const { code, output } = await operate("drill", "pod-delete", "--json", "--consume-gap=0.001").ended;
    assert.equal(code, 1);
    assert.match(output, /consume gap [\d.]+ s, at most 0\.001 s \(--consume-gap\)/);
  });

  it("undoes its fault when it is interrupted, and rejects a second drill at the same time", async () => {
    const running = operate("drill", "drain", "--hold=300");
    await running.until(/ cordoned/);
    const second = await operate("drill", "broker-kill").ended;
    assert.equal(second.code, 1);
    assert.match(second.output, /Error: Another drill runs in namespace celery/);
    running.signal("SIGINT");
    const { code, output } = await running.ended;
    assert.equal(code, 1);
    assert.match(output, /The drill was stopped, and its changes were undone/);
    const config = kubeConfig();
    const { items } = await config.makeApiClient(CoreV1Api).listNode();
    assert.deepEqual(
      items.filter(({ spec }) => spec?.unschedulable),
      [],
    );
  });

  for (const kill of KILLS.slice(0, 2))
    it(`undoes ${kill.scene} although its command is killed`, async () => {
      const { undoneSeconds, healthySeconds, goneSeconds, problems } = await killDrill(CLUSTER, kill);
      const figures = [undoneSeconds, healthySeconds, goneSeconds].map((each) => each.toFixed(0));
      console.log(
        `      undone, healthy, and gone after ${figures.join(", ")} s; before: ${problems.join(", ")}`,
      );
      assert.notDeepEqual(problems, []);
      assert.ok(undoneSeconds <= DEADLINE_SECONDS + 10, `undone after ${undoneSeconds} s`);
    });

  it("leaves nothing behind", async () => {
    // Kubernetes deletes the Lease some seconds after the guard that owns it.
    await until("nothing is left", GONE_SECONDS, AbortSignal.timeout(2 * GONE_SECONDS * 1000), async () => {
      assert.deepEqual(await namesOfObjects(), []);
      return true;
    });
  });
}

/** The objects of drills, except what is being deleted. */
async function namesOfObjects(): Promise<(string | undefined)[]> {
  const config = kubeConfig();
  const lists = await Promise.all([
    config.makeApiClient(AppsV1Api).listNamespacedDeployment(DRILL),
    config.makeApiClient(BatchV1Api).listNamespacedJob(DRILL),
    config.makeApiClient(CoreV1Api).listNamespacedPod(DRILL),
    config.makeApiClient(CoordinationV1Api).listNamespacedLease({ namespace: NAMESPACE }),
  ]);
  const items = lists.flatMap(
    (list) => list.items as { metadata?: { name?: string; deletionTimestamp?: Date } }[],
  );
  return items
    .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata?.name);
}
