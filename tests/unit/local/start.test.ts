import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { REPOSITORY } from "../../../local/paths";

const run = promisify(execFile);

describe("local/start.mts", function () {
  this.timeout(30_000);
  let checkout: string;

  beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), "ha-celery-start-"));
    mkdirSync(join(checkout, "local", "providers"), { recursive: true });
    for (const file of ["package.json", "local/start.mts"])
      cpSync(join(REPOSITORY, file), join(checkout, file));
    symlinkSync(join(REPOSITORY, "node_modules"), join(checkout, "node_modules"));
    write("local/shown.ts", `export const shown = "first";`);
    write(
      "local/main.ts",
      `import { shown } from "./shown";
       interface Result { shown: string }
       const result: Result = { shown };
       console.log(JSON.stringify([__dirname, process.argv.slice(2), result]));`,
    );
  });
  afterEach(() => rmSync(checkout, { recursive: true }));

  const write = (file: string, source: string) => writeFileSync(join(checkout, file), source);
  const start = async (...args: string[]) =>
    (await run(process.execPath, ["local/start.mts", ...args], { cwd: checkout })).stdout;
  const builtAt = () => statSync(join(checkout, ".local/bundles/main/bundle.js")).mtimeMs;

  it("runs an entry point with its arguments, and the folder of its source", async () => {
    const printed = JSON.parse(await start("main", "up", "--cluster=lab")) as unknown;
    assert.deepEqual(printed, [join(checkout, "local"), ["up", "--cluster=lab"], { shown: "first" }]);
  });

  it("builds the bundle again when a source has changed, and only then", async () => {
    await start("main");
    const first = builtAt();
    assert.match(await start("main"), /first/);
    assert.equal(builtAt(), first);
    write("local/shown.ts", `export const shown = "second";`);
    assert.match(await start("main"), /second/);
    assert.notEqual(builtAt(), first);
  });

  it("starts an entry point that several processes need at the same time", async () => {
    write("local/providers/one.ts", `console.log("one");`);
    const printed = await Promise.all(Array.from({ length: 8 }, () => start("providers/one")));
    assert.deepEqual(printed, Array(8).fill("one\n"));
  });

  it("shows the line of the source at an error, and fails", async () => {
    write(
      "local/main.ts",
      `interface Nothing {}\nexport const nothing: Nothing = {};\nthrow new Error("as expected");`,
    );
    await assert.rejects(start("main"), { code: 1, stderr: /as expected\n +at .*local\/main\.ts:3:7/ });
  });

  it("does not run a bundle whose source cannot be built any more", async () => {
    await start("main");
    write("local/shown.ts", `export const other = "third";`);
    await assert.rejects(start("main"), { code: 1, stderr: /No matching export in "local\/shown\.ts"/ });
  });
});
