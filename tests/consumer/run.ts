import { join } from "node:path";
import { LocalWorkspace, PulumiCommand } from "@pulumi/pulumi/automation";

// Runs the program of the current folder without a language host for Node.js: run.ts PROJECT up | preview | destroy.
// The environment contains PULUMI_ROOT, the folder of the CLI, and the variables that the CLI needs.

async function main(projectName = "", operation = ""): Promise<void> {
  const folder = process.cwd();
  const program = async () => ({ ...((await import(join(folder, "index.ts"))) as Record<string, unknown>) });
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: "test", projectName, program },
    {
      workDir: folder,
      pulumiCommand: await PulumiCommand.get({ root: process.env.PULUMI_ROOT, skipVersionCheck: true }),
    },
  );
  const options = { onOutput: (text: string) => process.stderr.write(text), color: "never" as const };
  if (operation === "up") await stack.up(options);
  else if (operation === "preview") await stack.preview({ ...options, expectNoChanges: true });
  else if (operation === "destroy") await stack.destroy(options);
  else throw new Error(`"${operation}" is not an operation: use up, preview or destroy.`);
  const outputs = Object.entries(await stack.outputs()).map(([name, { value, secret }]) => [
    name,
    { value, secret },
  ]);
  process.stdout.write(JSON.stringify(Object.fromEntries(outputs)));
}

main(process.argv[2], process.argv[3]).catch(({ name, message }: Error) => {
  // The output of the engine already contains it.
  if (name !== "CommandError") process.stderr.write(message);
  process.exitCode = 1;
});
