import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { execa } from "execa";
import { ensureBaseImages } from "../../local/images";
import { localName, REPOSITORY } from "../../local/paths";
import { ensureDocker, stopDockerIfOurs } from "../../local/toolchain";

const BROKER = localName("pytest", "broker");
const WORKER = join(REPOSITORY, "docker", "worker");
const quiet = () => undefined;
const docker = async (...args: string[]) => (await execa("docker", args)).stdout.trim();

/** Waits until the broker has started. The command itself fails until the node has registered its name. */
async function started(attempts = 30): Promise<void> {
  try {
    await docker("exec", BROKER, "rabbitmqctl", "await_startup");
  } catch (error) {
    if (attempts === 0) throw error;
    await setTimeout(1_000);
    await started(attempts - 1);
  }
}

describe("the Python package, against a real broker", () => {
  const folder = mkdtempSync(join(tmpdir(), "ha-celery-"));
  let url: string;

  before(async () => {
    await ensureDocker(quiet);
    const base = (await ensureBaseImages(quiet)).rabbitmq;
    const source = join(REPOSITORY, "docker", "rabbitmq");
    const image = await docker("build", "--quiet", "--build-arg", `BASE_IMAGE=${base}`, source);
    // Allows the default user to log in over the network. The port is only published on 127.0.0.1.
    const configuration = join(folder, "open.conf");
    writeFileSync(configuration, "loopback_users = none\n");
    chmodSync(folder, 0o755);
    await docker("rm", "--force", "--volumes", BROKER).catch(quiet);
    const mount = `${configuration}:/etc/rabbitmq/conf.d/90-open.conf:ro`;
    await docker(
      "run",
      "--detach",
      "--name",
      BROKER,
      "--volume",
      mount,
      "--publish",
      "127.0.0.1::5672",
      image,
    );
    await started();
    url = `amqp://guest:guest@${await docker("port", BROKER, "5672")}/%2f`;
  });
  after(async () => {
    await docker("rm", "--force", "--volumes", BROKER).catch(quiet);
    await stopDockerIfOurs(quiet);
    rmSync(folder, { recursive: true });
  });

  it("passes the tests that need a broker", async () => {
    const { exitCode, stdout } = await execa(join(WORKER, ".venv", "bin", "pytest"), ["-q", "-m", "broker"], {
      cwd: WORKER,
      env: {
        HA_CELERY_TEST_BROKER_URL: url,
        HA_CELERY_TEST_BROKER_CTL: `docker exec ${BROKER} rabbitmqctl`,
      },
      reject: false,
    });
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /\d+ passed/);
    assert.doesNotMatch(stdout, /skipped/);
  });
});
