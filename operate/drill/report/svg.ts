type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Formats an SVG element. Children must be elements. For text, use `text`. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const formatted = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        ` ${key}="${typeof value === "number" ? Math.round(value * 10) / 10 : escaped(value ?? "")}"`,
    )
    .join("");
  return children.length === 0
    ? `<${name}${formatted}/>`
    : `<${name}${formatted}>${children.join("")}</${name}>`;
}

export const text = (attributes: Attributes, content: string): string =>
  element("text", attributes, escaped(content));

export const line = (x1: number, y1: number, x2: number, y2: number, kind: string): string =>
  element("line", { x1, y1, x2, y2, class: kind });

/** Escapes text for XML, and replaces characters that XML does not allow. */
export function escaped(content: string): string {
  return content
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** Estimates the width of text. Fonts differ, so the estimate is on the high side. */
export const widthOf = (content: string, size: number): number => content.length * size * 0.6;
