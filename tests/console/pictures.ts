import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { REPOSITORY } from "../../local/paths";

/** Takes a picture for the documentation, and writes it if goldens are updated. */
export async function picture(page: Page, name: string, { fullPage = true } = {}): Promise<void> {
  const image = await webp(page, await page.screenshot({ fullPage }));
  assert.ok(image.length > 10_000 && image.length < 120_000, `${name}: ${image.length} bytes`);
  if (process.env.UPDATE_GOLDENS) writeFileSync(join(REPOSITORY, `docs/images/${name}.webp`), image);
}

/** The browser itself makes the small format, of which it takes no screenshots. */
export async function webp(page: Page, png: Buffer): Promise<Buffer> {
  const other = await page.context().newPage();
  const encoded = await other.evaluate<string>(`(async () => {
    const image = new Image();
    image.src = "data:image/png;base64,${png.toString("base64")}";
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas.toDataURL("image/webp", 0.85);
  })()`);
  return Buffer.from(encoded.replace(/^.*,/, ""), "base64");
}
