import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** Explicit roles, because a style that stacks cells makes some browsers forget that they are a table. */
const ROLES: Readonly<Record<string, string>> = {
  table: "table",
  thead: "rowgroup",
  tbody: "rowgroup",
  tr: "row",
  "th[scope=col]": "columnheader",
  "th[scope=row]": "rowheader",
  td: "cell",
};

/**
 * A table that is scrolled, also with the keyboard, where it is wider than the page. On narrow screens, its cells stand
 * below each other, each with the title of its column.
 */
export function TableRegion({ of, children }: { of: string; children: ComponentChildren }) {
  const region = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const select = (selector: string) => region.current?.querySelectorAll<HTMLElement>(selector) ?? [];
    for (const [selector, role] of Object.entries(ROLES))
      for (const element of select(selector)) element.setAttribute("role", role);
    const titles = [...select("thead th")].map(({ textContent }) => textContent ?? "");
    for (const row of select("tbody tr"))
      [...row.children].forEach((cell, index) => cell.setAttribute("data-title", titles[index] ?? ""));
  });
  return (
    <div ref={region} class="scroll" tabIndex={0} role="region" aria-label={`Table of ${of}`}>
      {children}
    </div>
  );
}
