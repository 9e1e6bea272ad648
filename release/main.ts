import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { UserError } from "../operate/errors";
import { notes, released } from "./changelog";
import { releaseProblems } from "./check";
import { pack } from "./pack";
import { ROOT, writeOwner } from "./repository";
import { isPrerelease, writeVersion } from "./version";

const CHANGELOG = join(ROOT, "CHANGELOG.md");
const today = () => new Date().toISOString().slice(0, "2026-01-01".length);

const program = new Command("release").description(
  "Prepares and checks a release. CONTRIBUTING.md lists the steps.",
);

program
  .command("prepare <version>")
  .description("writes the version to every file, and moves the unreleased changes to its section")
  .action((version: string) => {
    const changelog = released(readFileSync(CHANGELOG, "utf8"), version, today());
    writeVersion(version);
    writeFileSync(CHANGELOG, changelog);
    console.log(
      `Prepared ${version}. Next: git commit --all --message "Release ${version}" && git tag v${version}`,
    );
  });

program
  .command("check <tag>")
  .description("lists every reason not to release this tag; exit code 1 if there is one")
  .option("--repository <owner/name>", "repository of the workflow run")
  .action((tag: string, { repository }: { repository?: string }) => {
    const problems = releaseProblems({ tag, repository });
    for (const problem of problems) console.error(`- ${problem}`);
    if (problems.length > 0) process.exitCode = 1;
    else console.log(`${tag} can be released.`);
  });

program
  .command("pack <folder>")
  .description("packs and checks what a release publishes as files: npm package, wheel, sdist, SBOM")
  .action((folder: string) => pack(resolve(process.env.INIT_CWD ?? ".", folder)));

program
  .command("notes <version>")
  .description("prints the changes of a version")
  .action((version: string) => console.log(notes(readFileSync(CHANGELOG, "utf8"), version)));

program
  .command("dist-tag <version>")
  .description("prints the tag of npm and of the images: latest, or next for a prerelease")
  .action((version: string) => console.log(isPrerelease(version) ? "next" : "latest"));

program
  .command("owner <name>")
  .description("writes the owner of the repository on GitHub to every address of it")
  .action((name: string) => {
    for (const file of writeOwner(name)) console.log(`wrote ${file}`);
  });

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof UserError ? `Error: ${error.message}` : error);
  process.exit(1);
});
