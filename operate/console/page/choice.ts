import { type Choice, choiceIn, parametersOf } from "../installations";

/** The installation that the address names. Undefined if the console chooses. */
export const chosenInstallation = (): Choice | undefined => choiceIn(new URLSearchParams(location.search));

/** Address of the page that shows an installation. */
export const addressOf = (choice: Choice, view: string): string => `?${parametersOf(choice)}#${view}`;

/** Adds the installation to the address of a request, so that each tab asks about its own one. */
export function withChoice(path: string): string {
  const choice = chosenInstallation();
  return choice ? `${path}${path.includes("?") ? "&" : "?"}${parametersOf(choice)}` : path;
}
