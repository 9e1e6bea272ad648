import { join } from "node:path";
import { anyDashboards } from "../components/monitoring/dashboards";
import { commandsPage } from "./commands";
import { configurationPage } from "./configuration";
import { readLibrary } from "./library";

const DOCS = join(__dirname, "..", "docs", "reference");
const DASHBOARDS = join(__dirname, "..", "docs", "dashboards");

/** A generated file of docs/. */
export interface Page {
  path: string;
  text: string;
}

/** All generated pages with their current content. */
export async function pages(): Promise<Page[]> {
  const library = await readLibrary();
  return [
    { path: join(DOCS, "components.md"), text: library.page },
    { path: join(DOCS, "commands.md"), text: commandsPage() },
    { path: join(DOCS, "configuration.md"), text: configurationPage(library) },
    ...dashboards(),
  ];
}

/** Files to import into Grafana, for any installation. */
const dashboards = (): Page[] =>
  anyDashboards().map((dashboard) => ({
    path: join(DASHBOARDS, `${dashboard.uid.replace("ha-celery-", "")}.json`),
    text: `${JSON.stringify(dashboard, undefined, 2)}\n`,
  }));
