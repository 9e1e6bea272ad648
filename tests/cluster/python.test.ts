import assert from "node:assert/strict";
import { join } from "node:path";
import { execa } from "execa";
import { localName, REPOSITORY } from "../../local/paths";
import { BrokerContainer } from "./brokerContainer";

const WORKER = join(REPOSITORY, "docker", "worker");

describe("the Python package, against a real broker", () => {
  const broker = new BrokerContainer(localName("pytest", "broker"));
  before(() => broker.start());
  after(() => broker.stop());

  it("passes the tests that need a broker", async () => {
    const { exitCode, stdout } = await execa(join(WORKER, ".venv", "bin", "pytest"), ["-q", "-m", "broker"], {
      cwd: WORKER,
      env: {
        HA_CELERY_TEST_BROKER_URL: broker.url(),
        HA_CELERY_TEST_BROKER_IMAGE: broker.image,
        HA_CELERY_TEST_BROKER_CTL: `docker exec ${broker.name} rabbitmqctl`,
      },
      reject: false,
    });
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /\d+ passed/);
    assert.doesNotMatch(stdout, /skipped/);
  });
});
