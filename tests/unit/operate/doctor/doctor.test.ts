import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { V1StatefulSet } from "@kubernetes/client-node";
import type { Cluster } from "../../../../operate/cluster/cluster";
import { type BundleSummary, writeBundle } from "../../../../operate/doctor/doctor";
import { fakeCluster } from "../fakeCluster";
import { filesIn, leaksIn } from "./leaks";
import {
  AMQP_URL,
  BROKER_STATUS,
  DEFINITIONS,
  LOGS,
  NAMESPACE,
  OBJECTS,
  patient,
  SECRETS,
  SET,
} from "./patient";

const EVERY_SECRET = Object.values(SECRETS);
const forbidden = (): never => {
  throw Object.assign(new Error("forbidden"), { code: 403 });
};

describe("ha-celery doctor", () => {
  const folder = mkdtempSync(join(tmpdir(), "ha-celery-doctor-"));
  after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, cluster: Cluster, set?: object): Promise<BundleSummary> =>
    writeBundle(
      cluster,
      { namespace: NAMESPACE, set: set as V1StatefulSet | undefined },
      { output: join(folder, name), lines: 100, version: "1.2.3" },
    );

  describe("of an installation whose brokers do not answer", () => {
    let files: Map<string, string>;
    let summary: BundleSummary;
    before(async () => {
      summary = await write("whole", patient(), SET);
      files = filesIn(join(folder, "whole"));
    });

    it("contains no secret, in any file and any form", () => {
      for (const [name, text] of files) assert.deepEqual(leaksIn(text, EVERY_SECRET), [], name);
    });

    it("was made from sources that contain every secret, so that this test can fail", () => {
      const sources = [JSON.stringify(OBJECTS), ...Object.values(LOGS), DEFINITIONS, BROKER_STATUS, AMQP_URL];
      assert.deepEqual(leaksIn(sources.join("\n"), EVERY_SECRET), EVERY_SECRET);
    });

    it("keeps what a bug report needs", () => {
      const text = (name: string) => files.get(name) ?? "";
      assert.match(
        text("logs/mail-0/worker.log"),
        /connecting to <left out>\n.*\n.*\n.*\ntask mail\.send\[1\] /,
      );
      assert.match(
        text("logs/mail-0/worker.previous.log"),
        /^monitoring <left out> cookie hash: <left out>$/,
      );
      assert.match(text("objects/configmaps.json"), /bind\.password = <left out>\\nlog\.console = true/);
      const [pod] = JSON.parse(text("objects/pods.json")) as {
        spec: { containers: { env: { name: string; value: string }[] }[] };
      }[];
      const env = Object.fromEntries(
        (pod?.spec.containers[0]?.env ?? []).map(({ name, value }) => [name, value]),
      );
      assert.deepEqual(env, {
        DJANGO_KEY: "<left out>",
        DATABASE_URL: "<left out>",
        HA_CELERY_BROKER_URL: "<left out>",
        HA_CELERY_QUEUES: "mail",
        FOREIGN: "<left out>",
      });
      const secrets = JSON.parse(text("objects/secrets.json")) as { name: string; bytes: object }[];
      assert.deepEqual(secrets[0]?.bytes, { "erlang-cookie": 32 });
      const { users, queues } = JSON.parse(text("rabbitmq/definitions.json")) as {
        users: Record<string, unknown>[];
        queues: Record<string, unknown>[];
      };
      assert.deepEqual(users[0], {
        name: "celery",
        password_hash: "<left out>",
        hashing_algorithm: "rabbit_password_hashing_sha256",
        tags: [],
        limits: {},
      });
      assert.equal(queues[0]?.name, "dead-letters");
      assert.match(text("versions.json"), /"haCelery": "1\.2\.3".*"gitVersion": "v1\.34\.2"/s);
    });

    it("names what could not be read, and why", () => {
      assert.deepEqual(summary.unread.map(({ file }) => file).sort(), [
        "rabbitmq/connections.json",
        "rabbitmq/deprecated-features.json",
        "rabbitmq/feature-flags.json",
        "rabbitmq/nodes.json",
        "rabbitmq/overview.json",
        "rabbitmq/queues.json",
        "status.json",
      ]);
      assert.match(files.get("README.md") ?? "", /^- rabbitmq\/nodes\.json: refused for <left out>$/m);
      assert.ok(!existsSync(join(folder, "whole", "objects/scaledobjects.json")));
    });

    it("can be read by its owner only", () => {
      assert.equal(statSync(join(folder, "whole")).mode & 0o777, 0o700);
      assert.equal(statSync(join(folder, "whole", "README.md")).mode & 0o777, 0o600);
    });

    it("replaces no folder", async () => {
      await assert.rejects(write("whole", patient(), SET), /whole exists\. Name another folder: --output/);
    });
  });

  it("leaves out what looks like a secret if the Secrets cannot be read, and warns", async () => {
    const answers = {
      listNamespacedSecret: forbidden,
      readNamespace: forbidden,
      listNamespacedPod: forbidden,
    };
    const summary = await write(
      "blind",
      {
        ...patient(),
        core: fakeCluster({ core: answers }).core,
      } as unknown as Cluster,
      SET,
    );
    assert.equal(summary.secretsKnown, false);
    const files = filesIn(join(folder, "blind"));
    assert.match(files.get("README.md") ?? "", /\*\*The Secrets could not be read/);
    const formed = [SECRETS.foreignPassword, SECRETS.shortPin, SECRETS.djangoKey, SECRETS.serviceToken];
    for (const [name, text] of files)
      assert.deepEqual(leaksIn(text, [...formed, SECRETS.databasePassword]), [], name);
  });

  it("needs neither brokers nor rights: everything is named as missing", async () => {
    const nothing = fakeCluster(
      {
        core: { listNamespacedSecret: forbidden, readNamespace: forbidden, listNamespacedPod: forbidden },
      },
      { version: async () => forbidden(), objects: { list: async () => forbidden() } },
    );
    const { files, unread } = await write("nothing", nothing);
    assert.deepEqual(files, ["README.md", "versions.json"]);
    const missing = unread.map(({ file }) => file);
    for (const file of ["status.json", "rabbitmq", "logs", "versions.json", "objects/pods.json"])
      assert.ok(missing.includes(file), file);
  });
});
