import type { Embedded } from "../embedded";

/** Data of an exported page. Undefined if a console serves the page. */
export const EMBEDDED: Embedded | undefined = read();

function read(): Embedded | undefined {
  const text = document.getElementById("data")?.textContent;
  return text ? (JSON.parse(text) as Embedded) : undefined;
}
