import assert from "node:assert/strict";
import { join } from "node:path";
import { execa } from "execa";
import { localName } from "../../local/paths";
import { BrokerContainer } from "../cluster/brokerContainer";

describe("Celery's own integration suite", () => {
  const broker = new BrokerContainer(localName("celery", "broker"));
  before(() => broker.start());
  after(() => broker.stop());

  it("passes with ha_celery where it passes with plain Celery", async () => {
    const urls = [await broker.addVirtualHost("plain"), await broker.addVirtualHost("ours")];
    const selection = process.env.SELECTION?.split(" ").filter(Boolean) ?? [];
    const python = join(__dirname, ".venv", "bin", "python");
    const command = [join(__dirname, "compare.py"), join(__dirname, ".suite"), ...urls, ...selection];
    const { exitCode } = await execa(python, command, { stdio: "inherit", reject: false });
    assert.equal(exitCode, 0, "the outcomes differ; see above");
  });
});
