import assert from "node:assert/strict";
import { join } from "node:path";
import { execa } from "execa";
import { localName } from "../../local/paths";
import { BrokerContainer } from "../cluster/brokerContainer";

describe("Celery's own integration suite", () => {
  const release = process.env.CELERY ?? "";
  const broker = new BrokerContainer(localName(`celery-${release}`, "broker"));
  before(() => broker.start());
  after(() => broker.stop());

  it("passes with ha_celery where it passes with plain Celery", async () => {
    const urls = [await broker.addVirtualHost("plain"), await broker.addVirtualHost("ours")];
    const selection = process.env.SELECTION?.split(" ").filter(Boolean) ?? [];
    const folder = join(__dirname, release);
    const python = join(folder, ".venv", "bin", "python");
    const command = [join(__dirname, "compare.py"), folder, ...urls, ...selection];
    const { exitCode } = await execa(python, command, { stdio: "inherit", reject: false });
    assert.equal(exitCode, 0, "the outcomes differ; see above");
  });
});
