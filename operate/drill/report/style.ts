/** Palette that is distinguishable with any color vision (Okabe and Ito). */
export const WORKER_COLORS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9"];

/** Left edge of the text. The panels begin further to the right. */
export const TITLE_LEFT = 24;

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

const rules = (colors: Readonly<Record<string, string>>): string =>
  Object.entries(colors)
    .map(([selector, color]) => `${selector}{${color}}`)
    .join("");

const LIGHT = rules({
  ".page": "fill:#ffffff;stroke:#d0d7de",
  text: "fill:#1f2328",
  ".quiet": "fill:#59636e",
  ".passed": "fill:#00694d",
  ".failed": "fill:#b3261e",
  ".axis": "stroke:#8c959f",
  ".grid": "stroke:#d8dee4",
  ".published": "fill:#6e7781;fill-opacity:.28;stroke:#424a53",
  ".span": "fill:#d55e00;fill-opacity:.10",
  ".recovering": "fill:#d55e00;fill-opacity:.04",
  ".gap": "fill:#b3261e;fill-opacity:.08",
  ".bracket,.cross": "stroke:#b3261e",
  ".gap-text": "fill:#b3261e",
  ".mark-fault": "stroke:#b3261e",
  ".mark-undone": "stroke:#a04700",
  ".mark-recovered": "stroke:#00694d",
  ".mark-event": "stroke:#8c959f",
  ".halo": "stroke:#ffffff",
});

const DARK = rules({
  ".page": "fill:#0d1117;stroke:#30363d",
  text: "fill:#e6edf3",
  ".quiet": "fill:#9198a1",
  ".passed": "fill:#3fd0a5",
  ".failed": "fill:#ff8a80",
  ".axis": "stroke:#6e7681",
  ".grid": "stroke:#262c34",
  ".published": "fill:#8b949e;fill-opacity:.35;stroke:#c9d1d9",
  ".span": "fill:#ff9a4d;fill-opacity:.14",
  ".recovering": "fill:#ff9a4d;fill-opacity:.06",
  ".gap": "fill:#ff8a80;fill-opacity:.12",
  ".bracket,.cross": "stroke:#ff8a80",
  ".gap-text": "fill:#ff8a80",
  ".mark-fault": "stroke:#ff8a80",
  ".mark-undone": "stroke:#ffb072",
  ".mark-recovered": "stroke:#3fd0a5",
  ".mark-event": "stroke:#6e7681",
  ".halo": "stroke:#0d1117",
});

/** The picture has its own background and follows the reader's light or dark theme. */
export const STYLE = [
  `text{font-family:${FONT};font-size:12px}`,
  ".title{font-size:18px;font-weight:600}.strong{font-weight:600}.small{font-size:11px}",
  ".halo{fill:none;stroke-width:4;stroke-linejoin:round}",
  ".axis,.grid{stroke-width:1}.area{fill-opacity:.45;stroke-width:1.2;stroke-linejoin:round}",
  ".bracket,.cross{stroke-width:1.5;fill:none}.cross{stroke-width:2.5}",
  ".mark-fault,.mark-undone,.mark-recovered{stroke-width:1.6}.mark-event{stroke-width:1;stroke-dasharray:2 3}",
  LIGHT,
  `@media (prefers-color-scheme: dark){${DARK}}`,
].join("");
