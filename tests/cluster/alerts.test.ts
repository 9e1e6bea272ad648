import assert from "node:assert/strict";
import { copyFileSync, chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { ensurePrometheusImage } from "../../local/images";
import { ensureDocker, stopDockerIfOurs } from "../../local/toolchain";
import { ruleFile } from "./alerts/rules";

const quiet = () => undefined;

describe("the alerts, evaluated by promtool", () => {
  const folder = mkdtempSync(join(tmpdir(), "ha-celery-alerts-"));
  let image = "";

  before(async () => {
    await ensureDocker(quiet);
    image = await ensurePrometheusImage(quiet);
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, "rules.yml"), ruleFile());
    copyFileSync(join(__dirname, "alerts", "cases.yml"), join(folder, "cases.yml"));
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await stopDockerIfOurs(quiet);
  });

  const promtool = (...argv: string[]) =>
    execa("docker", ["run", "--rm", `--volume=${folder}:/alerts:ro`, image, "promtool", ...argv], {
      all: true,
      reject: false,
    });

  it("are valid rules", async () => {
    const { exitCode, all } = await promtool("check", "rules", "/alerts/rules.yml");
    assert.equal(exitCode, 0, all);
  });

  it("fire when they should, and only then", async () => {
    const { exitCode, all } = await promtool("test", "rules", "/alerts/cases.yml");
    assert.equal(exitCode, 0, all);
  });
});
