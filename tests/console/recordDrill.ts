import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { webp } from "./pictures";
import { type Frame, type Lost, type Scene, scenesOf, type Seen } from "./film";

/** Time between two looks at the page, and between two screenshots. */
const LOOK_MS = 200;
const FRAME_MS = 1_000;
const NONE = "without a verdict";
const VERDICT = new RegExp(`passed|FAILED|${NONE}`);
const VIEWPORT = { width: 1000, height: 1300 };
/** Height of a frame, which begins at the drill, below what every view has. */
const HEIGHT = 860;

/** What was recorded of a drill. */
export interface Film {
  readonly seen: readonly Seen[];
  readonly scenes: readonly Scene[];
  /** Heading of the verdict. */
  readonly verdict: string;
}

/** Starts a scene through the page of a console that allows changes, and looks at it until its verdict. */
export async function recordDrill(
  browser: Browser,
  url: string,
  scene: string,
  mostSeconds = 900,
): Promise<Film> {
  const context = await browser.newContext({ viewport: VIEWPORT, reducedMotion: "reduce" });
  const [live, overview] = [await context.newPage(), await context.newPage()];
  try {
    await overview.goto(`${url}#overview`);
    await overview.locator(".place").first().waitFor({ timeout: 60_000 });
    await live.goto(`${url}#drills`);
    const start = live.getByRole("button", { name: `Start ${scene}`, exact: true });
    await start.waitFor({ timeout: 60_000 });
    await start.click();
    // The page itself says which context it wants.
    const dialog = live.getByRole("dialog");
    await dialog.getByRole("textbox").fill(await dialog.locator("label strong").innerText());
    await live.keyboard.press("Enter");
    await live.locator(".phases").waitFor({ timeout: 60_000 });
    const [seen, frames]: [Seen[], Frame[]] = [[], []];
    for (const deadline = Date.now() + mostSeconds * 1000; !seen.at(-1)?.ended;) {
      if (Date.now() > deadline) throw new Error(`${scene} has no verdict after ${mostSeconds} s`);
      const now = await look(live, overview);
      seen.push(now);
      if (now.ended || now.at - (frames.at(-1)?.seen.at ?? 0) >= FRAME_MS)
        frames.push({ seen: now, png: await screenshot(live) });
      await sleep(LOOK_MS);
    }
    const verdict = await live.getByRole("heading", { name: VERDICT }).first().innerText();
    if (verdict.includes(NONE)) throw new Error(`${verdict}: ${await live.locator(".lines").innerText()}`);
    return { seen, scenes: scenesOf(frames), verdict };
  } finally {
    await context.close();
  }
}

async function screenshot(page: Page): Promise<Buffer> {
  const top = await page.evaluate<number>(
    `(document.querySelector(".live-drill") ?? [...document.querySelectorAll(".verdict")].at(-1)).getBoundingClientRect().y`,
  );
  return page.screenshot({ clip: { x: 0, y: Math.max(0, top - 10), width: VIEWPORT.width, height: HEIGHT } });
}

async function look(live: Page, overview: Page): Promise<Seen> {
  const [shown, around] = await Promise.all([
    live.evaluate<Omit<Seen, "at" | "overview">>(`(() => {
      const fault = [...document.querySelectorAll(".changes li")].find((each) => each.innerText.includes("fault: "));
      const at = fault?.querySelector("time")?.dateTime;
      return {
        ...(at && { faultAt: Date.parse(at) }),
        live: ${LOST},
        ended: !document.querySelector(".phases"),
      };
    })()`),
    overview.evaluate<Lost>(LOST),
  ]);
  return { at: Date.now(), ...shown, overview: around };
}

const LOST = `({
  broker: document.querySelector(".broker.bad") !== null,
  node: document.querySelector(".place.not-ready") !== null,
})`;

/** Puts the scenes of a film side by side into one picture. */
export async function stripOf(browser: Browser, scenes: readonly Scene[]): Promise<Buffer> {
  const context = await browser.newContext({ viewport: { width: 1500, height: 900 } });
  try {
    const page = await context.newPage();
    const figures = scenes.map(
      ({ caption, frame }) =>
        `<figure><img src="data:image/png;base64,${frame.png.toString("base64")}"><figcaption>${caption}</figcaption></figure>`,
    );
    await page.setContent(`<!doctype html><style>
      body { margin: 0; padding: 12px; display: grid; grid-template-columns: repeat(3, 1fr); gap: 12px; background: #fff; }
      figure { margin: 0; font: 600 20px Inter, sans-serif; }
      img { width: 100%; border: 1px solid #ccd; border-radius: 6px; }
    </style>${figures.join("")}`);
    return await webp(page, await page.screenshot({ fullPage: true }));
  } finally {
    await context.close();
  }
}
