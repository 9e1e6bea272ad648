import type { Argument, Command, Option } from "commander";
import { kubeconfigAccess } from "../operate/cli/clusterAccess";
import { EXIT, EXIT_MEANINGS } from "../operate/cli/exitCodes";
import { createProgram } from "../operate/cli/program";

/** Options that every command has. */
const COMMON = ["--context", "--kubeconfig", "--namespace", "--name"];

const INTRODUCTION = `# Commands

\`npx ha-celery COMMAND\` requires only a kubeconfig whose user may read the installation's objects and Secrets, run commands in
the broker pods, and forward ports to them. In a clone of this repository, the command is
\`npm run --silent ha-celery --\`. Results go to standard output, and everything else to standard error.
\`size\` and \`report\` need no cluster.

After \`npm install --global ha-celery\`, the same commands are a plugin of kubectl: \`kubectl ha-celery COMMAND\`. The package
installs \`kubectl-ha_celery\`, which kubectl finds in \`PATH\`. Options of kubectl such as \`--context\` come after the command.`;

/** Content of docs/reference/commands.md. */
export function commandsPage(): string {
  const program = createProgram(kubeconfigAccess);
  const commands = program.commands.flatMap(leavesOf);
  const common = (commands[0]?.options ?? []).filter(isCommon);
  return [
    "<!-- Written by `npm run docs`; edit operate/cli/. -->",
    INTRODUCTION,
    "## Exit codes",
    table(
      ["code", "meaning"],
      Object.entries(EXIT).map(([name, exit]) => [
        code(String(exit)),
        EXIT_MEANINGS[name as keyof typeof EXIT],
      ]),
    ),
    "## Options of all commands except `size` and `report`",
    optionTable(common),
    ...commands.flatMap(describe),
  ]
    .join("\n\n")
    .concat("\n");
}

/** Commands that run something: those without subcommands, and those with arguments of their own. */
const leavesOf = (command: Command): Command[] =>
  command.commands.length === 0
    ? [command]
    : [...(command.registeredArguments.length > 0 ? [command] : []), ...command.commands.flatMap(leavesOf)];

function describe(command: Command): string[] {
  const options = command.options.filter((option) => !isCommon(option));
  return [
    `## ${nameOf(command)}`,
    `${sentence(command.description())}`,
    ...(command.registeredArguments.length > 0
      ? [table(["argument", "description"], command.registeredArguments.map(argumentRow))]
      : []),
    ...(options.length > 0 ? [optionTable(options)] : []),
  ];
}

const isCommon = ({ long }: Option): boolean => COMMON.includes(long ?? "");

/** Without the program's own name. */
function nameOf(command: Command): string {
  const above = command.parent;
  return above?.parent ? `${nameOf(above)} ${command.name()}` : command.name();
}

const argumentRow = (argument: Argument): string[] => [
  code(argument.required ? `<${argument.name()}>` : `[${argument.name()}${argument.variadic ? "..." : ""}]`),
  sentence(argument.description),
];

function optionTable(options: readonly Option[]): string {
  return table(
    ["option", "default", "description"],
    options.map(({ flags, defaultValue, description }) => [
      code(flags),
      [undefined, ""].includes(defaultValue?.toString()) ? "" : code(String(defaultValue)),
      sentence(description),
    ]),
  );
}

/** Angle brackets would be HTML. */
const sentence = (text: string): string => text.replace(/[<>]/g, (sign) => (sign === "<" ? "&lt;" : "&gt;"));

const code = (text: string): string => `\`${text}\``;

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}
