import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { InstallationStatus } from "../../../operate/status/model";
import { BrokenInstallation, type Deployed } from "./installation";

const WAIT_MS = 120_000;
/** Longer than the first attempt of a command, and too short for the brokers to lose each other. */
const PAUSE_SECONDS = 5;

/** One way in which an installation is broken. */
interface Fault {
  readonly name: string;
  make(installation: BrokenInstallation): Promise<unknown>;
  /** What is wrong first. */
  readonly text: RegExp;
  readonly cure: RegExp;
  /** Alert whose expression becomes true. That of a cordoned node needs kube-state-metrics, which the cluster lacks. */
  readonly alert?: string;
  /** Does what the cure says; that is, runs the command in it if there is one. */
  mend(installation: BrokenInstallation, cure: string): Promise<unknown>;
}

const FAULTS: readonly Fault[] = [
  {
    name: "a cordoned node",
    make: (installation) => installation.cordon(),
    text: /^node \S+ is cordoned, so what it loses cannot start there again$/,
    cure: /^kubectl --context \S+ uncordon \S+$/,
    mend: (installation, cure) => installation.commands.kubectl(cure),
  },
  {
    name: "an alarm",
    alert: "HaCeleryAlarm",
    make: (installation) => installation.raiseAlarm(),
    text: /^memory alarm on celery-broker-0, which blocks all publishers$/,
    cure: /raise brokerMemory and run: pulumi up$/,
    // An update would take a minute and replace all brokers.
    mend: (installation) => installation.endAlarm(),
  },
  {
    name: "full dead letters",
    alert: "HaCeleryDeadLetters",
    make: (installation) => installation.publishUnknown(3),
    text: /^3 dead letters, the oldest for \d+ s$/,
    cure: /^see why, then replay or purge them: npx ha-celery dead-letters list --summary --context /,
    async mend(installation) {
      const { stdout, code } = await installation.commands.haCelery("dead-letters", "list", "--summary");
      assert.equal(code, 0);
      assert.match(stdout, /shop\.unknown .*rejected/);
      await installation.commands.haCelery("dead-letters", "purge", "--task", "shop.unknown", "--yes");
    },
  },
  {
    name: "a dead consumer",
    alert: "HaCeleryWorkersNotConsuming",
    make: (installation) => installation.stopWorkers(),
    text: /^worker pool celery-default-workers-\w+: (\d) of \1 pods run, but do not consume and do not answer$/,
    cure: /^kubectl --context \S+ -n jobs rollout restart deployment celery-default-workers-\w+$/,
    mend: (installation, cure) => installation.commands.kubectl(cure),
  },
  {
    name: "a split member",
    alert: "HaCelerySplit",
    make: (installation) => installation.split(),
    text: /^celery-broker-2 runs as a separate cluster$/,
    cure: /^npx ha-celery recover --context \S+ --namespace jobs --name celery-broker$/,
    mend: (installation) => installation.commands.haCelery("recover", "--yes", "--give-up-volumes"),
  },
  {
    name: "an expired certificate",
    alert: "HaCeleryCertificateExpires",
    make: (installation) => installation.expire(),
    text: /^the certificate of the brokers expired on 2026-01-03T00:00:00\.000Z, so new connections fail$/,
    cure: /your own: write the new one into its Secret, docs\/how-to\/tls\.md/,
    mend: (installation) => installation.renew(),
  },
];

/** Tests of an installation that is broken in six ways, one after another. */
export function describeBroken(deployed: () => Deployed): void {
  describe("ha-celery status of a broken installation", () => {
    let installation: BrokenInstallation;

    async function statusOnce(reached: (status: InstallationStatus) => boolean) {
      for (const deadline = Date.now() + WAIT_MS; ; await sleep(500)) {
        const found = await installation.status();
        if (reached(found.status)) return found;
        if (Date.now() > deadline) throw new Error(JSON.stringify(found.status.problems, undefined, 2));
      }
    }

    const healthy = async () => {
      const { code } = await statusOnce(({ problems }) => problems.length === 0);
      assert.equal(code, 0);
    };

    before(async () => {
      installation = new BrokenInstallation(deployed());
      await healthy();
    });

    async function active(alert: string): Promise<void> {
      const query = `ALERTS{alertname="${alert}"}`;
      const deadline = Date.now() + WAIT_MS;
      while ((await installation.prometheus.samples(query)) === 0) {
        if (Date.now() > deadline) throw new Error(`${alert} is not pending`);
        await sleep(500);
      }
    }

    it("waits for brokers that answer late, before it calls them broken", async () => {
      const { status, code } = await installation.whileBrokersPause(PAUSE_SECONDS, () =>
        installation.status(),
      );
      assert.deepEqual([status.problems, code], [[], 0]);
    });

    for (const { name, alert, make, text, cure, mend } of FAULTS)
      it(`names ${name} first, and the command that mends it${alert ? `; ${alert} is pending` : ""}`, async () => {
        const began = Date.now();
        const seconds = () => ((Date.now() - began) / 1000).toFixed(1);
        await make(installation);
        const made = seconds();
        const { status, code } = await statusOnce(({ problems: [first] }) => text.test(first?.text ?? ""));
        const shown = seconds();
        const [first] = status.problems;
        assert.equal(code, 1);
        assert.match(first?.cure ?? "", cure);
        if (alert) await active(alert);
        const alerted = seconds();
        await mend(installation, first?.cure ?? "");
        await healthy();
        console.log(
          `      made after ${made} s, named after ${shown} s, ${alert ? `alert after ${alerted} s, ` : ""}mended after ${seconds()} s`,
        );
        console.log(
          status.problems.map((problem) => `        ${problem.text}\n          ${problem.cure}`).join("\n"),
        );
      });
  });
}
