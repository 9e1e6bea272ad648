import assert from "node:assert/strict";
import { assignment } from "../../../local/assignment";

describe("make up CONFIG", () => {
  it("adds a value to those before", () => {
    assert.deepEqual(assignment("brokerReplicas=5", { ledger: "true" }), {
      ledger: "true",
      brokerReplicas: "5",
    });
  });

  it("reads lists and objects as JSON", () => {
    assert.deepEqual(assignment('clientNamespaces=["shop"]', {}), { clientNamespaces: ["shop"] });
    assert.deepEqual(assignment('beat={"enabled":true}', {}), { beat: { enabled: true } });
  });

  it("keeps everything after the first equals sign", () => {
    assert.deepEqual(assignment("workerApp=a=b", {}), { workerApp: "a=b" });
  });

  it("rejects what is no setting, with an example of each form", () => {
    assert.throws(() => assignment("clientNamespaces[0]=shop", {}), {
      name: "UsageError",
      message:
        '"clientNamespaces[0]=shop" is not a configuration setting: write KEY=VALUE, for example ' +
        `CONFIG="brokerReplicas=5", or CONFIG='clientNamespaces=["shop"]'.`,
    });
  });

  it("rejects broken JSON, with its key and value", () => {
    assert.throws(() => assignment("clientNamespaces=[shop]", {}), {
      name: "UsageError",
      message: /^The value of clientNamespaces, \[shop\], is not JSON: /,
    });
  });
});
