import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RenderError } from "../../../render/errors";
import { PasswordFile } from "../../../render/passwords";

const LONG = { length: 40 };

describe("the file of passwords", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ha-celery-passwords-"));
    file = join(folder, "passwords.yaml");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("generates long, distinct passwords of letters and digits", () => {
    const passwords = new PasswordFile(file, "prod");
    const made = Array.from({ length: 50 }, (_, index) => passwords.of(`name-${index}`, LONG));
    for (const each of made) assert.match(each, /^[A-Za-z0-9]{40}$/);
    assert.equal(new Set(made).size, made.length);
    assert.equal(passwords.of("short", { length: 12 }).length, 12);
  });

  it("returns the same passwords the next time, and adds missing ones", () => {
    const first = new PasswordFile(file, "prod");
    const cookie = first.of("cookie", LONG);
    assert.equal(first.save(), 1);
    const text = readFileSync(file, "utf8");

    const second = new PasswordFile(file, "prod");
    assert.equal(second.of("cookie", LONG), cookie);
    assert.equal(second.save(), 0);
    assert.equal(readFileSync(file, "utf8"), text);

    const third = new PasswordFile(file, "prod");
    third.of("user", LONG);
    assert.equal(third.save(), 1);
    assert.equal(new PasswordFile(file, "prod").of("cookie", LONG), cookie);
  });

  it("generates another one for other keepers, and keeps the previous one", () => {
    const passwords = new PasswordFile(file, "prod");
    const before = passwords.of("user", LONG);
    const after = passwords.of("user", { ...LONG, keepers: { revision: "2" } });
    assert.notEqual(after, before);
    passwords.save();
    const again = new PasswordFile(file, "prod");
    assert.equal(again.of("user", LONG), before);
    assert.equal(again.of("user", { ...LONG, keepers: { revision: "2" } }), after);
  });

  it("separates the passwords of two stacks", () => {
    const prod = new PasswordFile(file, "prod");
    const secret = prod.of("cookie", LONG);
    prod.save();
    const dev = new PasswordFile(file, "dev");
    assert.notEqual(dev.of("cookie", LONG), secret);
    dev.save();
    assert.equal(new PasswordFile(file, "prod").of("cookie", LONG), secret);
  });

  it("lets only its owner read it, and leaves no other file", () => {
    const passwords = new PasswordFile(file, "prod");
    passwords.of("cookie", LONG);
    passwords.save();
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ["passwords.yaml"]);
  });

  const refuses = (text: string, mode: number, message: RegExp) => () => {
    writeFileSync(file, text);
    chmodSync(file, mode);
    assert.throws(
      () => new PasswordFile(file, "prod"),
      (error) => error instanceof RenderError && message.test(error.message),
    );
    assert.equal(readFileSync(file, "utf8"), text);
  };
  it(
    "rejects a file that others can read",
    refuses("prod: {}\n", 0o644, /other than its owner .* chmod 600/),
  );
  it("rejects a file that is not YAML", refuses("{", 0o600, /not YAML/));
  it("rejects a file with other content", refuses("replicas: 3\n", 0o600, /does not contain passwords/));
  it("treats an empty file as one without passwords", () => {
    writeFileSync(file, "", { mode: 0o600 });
    assert.equal(new PasswordFile(file, "prod").of("cookie", LONG).length, 40);
  });
});
