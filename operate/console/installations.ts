import type { InstallationName } from "../cluster/installation";
import type { Routes } from "./routes";

/** Names an installation in the cluster of a context. */
export interface Choice extends InstallationName {
  readonly context: string;
}

/** An installation that the console shows. */
export interface ShownInstallation {
  readonly routes: Routes;
  /** No tab is open, and no drill runs. */
  isIdle(): boolean;
  /** Ends what it still changes. */
  close(): Promise<void>;
}

/** More histories would only fill the memory. */
const MOST_KEPT = 10;

/** The installations that the tabs of a console show, each with its own history. */
export class Installations {
  /** The last used one comes last. */
  private readonly shown = new Map<string, ShownInstallation>();

  constructor(
    private readonly first: Choice,
    private readonly open: (choice: Choice) => ShownInstallation,
  ) {}

  /** Returns the routes of the installation that the parameters of an address name. Without names, of the first one. */
  routesFor(parameters: URLSearchParams): Routes {
    const choice = choiceIn(parameters) ?? this.first;
    const key = String(parametersOf(choice));
    const found = this.shown.get(key) ?? this.open(choice);
    this.shown.delete(key);
    this.shown.set(key, found);
    for (const [old, each] of [...this.shown].slice(0, -MOST_KEPT)) if (each.isIdle()) this.shown.delete(old);
    return found.routes;
  }

  async close(): Promise<void> {
    await Promise.all([...this.shown.values()].map((each) => each.close()));
  }
}

/** The parameters of an address that name an installation. */
export const parametersOf = ({ context, namespace, name }: Choice): URLSearchParams =>
  new URLSearchParams({ context, namespace, name });

/** Returns the installation that the parameters of an address name. Undefined if they do not. */
export function choiceIn(parameters: URLSearchParams): Choice | undefined {
  const [context, namespace, name] = ["context", "namespace", "name"].map((key) => parameters.get(key));
  return context && namespace && name ? { context, namespace, name } : undefined;
}
