import assert from "node:assert/strict";
import { join } from "node:path";
import { execa } from "execa";
import { localName, REPOSITORY } from "../../local/paths";
import { BrokerContainer } from "./brokerContainer";

const WORKER = join(REPOSITORY, "docker", "worker");
/** Processes of pytest, each with a broker of its own. */
const PROCESSES = 2;

describe("the Python package, against real brokers", () => {
  const brokers = Array.from(
    { length: PROCESSES },
    (_, number) => new BrokerContainer(localName("pytest", `broker-${number}`)),
  );
  before(() => Promise.all(brokers.map((broker) => broker.start())));
  after(() => Promise.all(brokers.map((broker) => broker.stop())));

  it("passes the tests that need a broker", async () => {
    const parallel = [`--numprocesses=${PROCESSES}`, "--dist=worksteal", "--max-worker-restart=0"];
    const pytest = join(WORKER, ".venv", "bin", "pytest");
    const { exitCode, stdout } = await execa(pytest, ["-q", "-m", "broker", ...parallel], {
      cwd: WORKER,
      env: {
        HA_CELERY_TEST_BROKER_URL: brokers.map((broker) => broker.url()).join(),
        HA_CELERY_TEST_BROKER_IMAGE: brokers[0]?.image,
        HA_CELERY_TEST_BROKER_CTL: brokers.map(({ name }) => `docker exec ${name} rabbitmqctl`).join(),
      },
      reject: false,
    });
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /\d+ passed/);
    assert.doesNotMatch(stdout, /skipped/);
  });
});
