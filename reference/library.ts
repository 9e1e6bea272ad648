import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Comment, ProjectReflection } from "typedoc" with { "resolution-mode": "import" };

const ROOT = resolve(__dirname, "..");
const NOTE = "<!-- Written by `npm run docs`; edit the comments in components/. -->";

/** Exports of the library with their comments. */
export interface Library {
  /** Content of docs/reference/components.md. */
  page: string;
  /** Description and default of a field of an interface; undefined if the field does not exist. */
  field(owner: string, name: string): Field | undefined;
}

/** Description and default of a field. */
export interface Field {
  meaning: string;
  /** Empty if the field is required. */
  fallback: string;
}

/** Reads the library's types and comments. Takes a few seconds. */
export async function readLibrary(): Promise<Library> {
  const { Application, Comment } = await import("typedoc");
  const out = await mkdtemp(join(tmpdir(), "ha-celery-docs-"));
  try {
    const outputs = [{ name: "markdown", path: out }];
    const application = await Application.bootstrapWithPlugins({ ...OPTIONS, outputs });
    const project = await application.convert();
    if (!project) throw new Error("typedoc could not read components/");
    await application.generateOutputs(project);
    const page = await readFile(join(out, PAGE), "utf8");
    return {
      page: `${NOTE}\n\n${page.replace(/^# .*$/m, TITLE).trimEnd()}\n`,
      field: (owner, name) => fieldOf(project, owner, name, Comment.combineDisplayParts),
    };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

function fieldOf(
  project: ProjectReflection,
  owner: string,
  name: string,
  textOf: typeof Comment.combineDisplayParts,
): Field | undefined {
  const comment = project.getChildByName([owner, name])?.comment;
  if (!comment) return undefined;
  return {
    meaning: textOf(comment.summary),
    fallback: textOf(comment.getTag("@default")?.content).replace(/^```ts\n|\n```$/g, ""),
  };
}

const PAGE = "components.md";
const TITLE = `# Components

All exports of \`ha-celery\`: first the components, then their arguments, then the enumerations.
[importing.md](../how-to/importing.md) explains how to use them in a program.`;

const OPTIONS = {
  entryPoints: [join(ROOT, "components/index.ts")],
  tsconfig: join(ROOT, "tsconfig.json"),
  plugin: ["typedoc-plugin-markdown"],
  logLevel: "Warn" as const,
  readme: "none",
  // tsc reports type errors.
  skipErrorChecking: true,
  disableSources: true,
  excludeExternals: true,
  router: "module",
  entryFileName: PAGE,
  hidePageHeader: true,
  hideBreadcrumbs: true,
  hideGroupHeadings: true,
  parametersFormat: "table",
  interfacePropertiesFormat: "table",
  classPropertiesFormat: "table",
  typeDeclarationFormat: "table",
  tableColumnSettings: { hideInherited: true, hideOverrides: true, hideModifiers: true, hideSources: true },
};
