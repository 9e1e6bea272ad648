import assert from "node:assert/strict";
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";
import { type Observation, observe, type Past } from "../../operate/console/past";
import type { Routes, RoutesFor, Source } from "../../operate/console/routes";
import { serveConsole, type Console } from "../../operate/console/server";
import { readSite } from "../../operate/console/site";
import { until } from "../../operate/waiting";
import { NOW } from "./recordings";

/** Debian's browser, which `make test-console` installs. */
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** What the page says until it has received a state. */
const READING = "Reading the installation";

export const openBrowser = (): Promise<Browser> =>
  // Root, as in a container, has no sandbox.
  chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });

/** Waits until a value of the page is right: the page draws a moment after it was told something. */
async function becomes<T>(
  what: string,
  read: () => Promise<T>,
  isRight: (value: T) => boolean,
): Promise<void> {
  let last: T | undefined;
  const right = async () => isRight((last = await read()));
  await until(what, 10, new AbortController().signal, right, 0.05).catch(() =>
    assert.fail(`not so within 10 s: ${what}, but: ${String(last)}`),
  );
}

const matches = (text: string | RegExp) => (shown: string) =>
  typeof text === "string" ? shown.includes(text) : text.test(shown);

export const hasCount = (elements: Locator, count: number): Promise<void> =>
  becomes(
    `${count} of ${String(elements)}`,
    () => elements.count(),
    (found) => found === count,
  );

export const hasText = (element: Locator, text: string | RegExp): Promise<void> =>
  becomes(
    `${String(element)} shows ${String(text)}`,
    () => element.innerText({ timeout: 1000 }),
    matches(text),
  );

export const hasTitle = (page: Page, title: string | RegExp): Promise<void> =>
  becomes(`the title is ${String(title)}`, () => page.title(), matches(title));

/** A page of the console. */
export interface Opened {
  readonly page: Page;
  readonly console: Console;
  /** Errors of the page: exceptions, and what the content security policy has blocked. */
  readonly errors: readonly string[];
  /** For a test in which the server refuses or stops: the browser reports that whenever it likes, so it never counts. */
  mayFailToLoad(): void;
  close(): Promise<void>;
}

/** A page of the console that shows a recording. */
export interface Shown extends Opened {
  /** Continues the recording. */
  tell(observation: Observation): void;
  /** Waits until so many tabs listen. */
  until(tabs: number): Promise<void>;
}

/** Opens a recording, at a fixed time in a fixed zone, so that screenshots repeat. */
export async function show(
  browser: Browser,
  past: Past,
  options: BrowserContextOptions = {},
  view = "",
  routes: Omit<Routes, "source"> = {},
): Promise<Shown> {
  const source = recorded(past);
  const opened = await openConsole(browser, { source, ...routes }, options, view);
  // The page is there before the state that it shows, which comes as an event.
  if (past.last ?? past.failing) await opened.page.getByText(READING).waitFor({ state: "detached" });
  return { ...opened, tell: source.tell, until: source.until };
}

/** The pages that the tests of a suite open, one after another. */
export interface Pages {
  /** The last one of this test. */
  readonly shown: Shown | undefined;
  show(...recording: Recording): Promise<Shown>;
}

type Recording = Parameters<typeof show> extends [Browser, ...infer Rest] ? Rest : never;

/** Opens pages for the suite that calls this. After a test that passed, its last page must have reported no error. */
export function openPages(): Pages {
  let browser: Browser;
  let shown: Shown | undefined;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser.close());
  afterEach(async function () {
    const open = shown;
    shown = undefined;
    await open?.close();
    if (this.currentTest?.state === "passed") assert.deepEqual(open?.errors ?? [], []);
  });
  return {
    get shown() {
      return shown;
    },
    show: async (...recording) => (shown = await show(browser, ...recording)),
  };
}

/** Opens a console, at a fixed time in a fixed zone. */
export async function openConsole(
  browser: Browser,
  routes: Routes | RoutesFor,
  options: BrowserContextOptions = {},
  view = "",
): Promise<Opened> {
  const served = await serveConsole(routes, readSite());
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    timezoneId: "Europe/Berlin",
    locale: "en-US",
    reducedMotion: "reduce",
    ...options,
  });
  const page = await context.newPage();
  await page.clock.setFixedTime(NOW);
  const errors: string[] = [];
  let counts: (error: string) => boolean = () => true;
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && counts(message.text())) errors.push(message.text());
  });
  await page.goto(served.url + view);
  await page.locator("main").waitFor();
  return {
    page,
    console: served,
    errors,
    mayFailToLoad: () => (counts = (error) => !error.startsWith("Failed to load resource: ")),
    close: async () => {
      await context.close();
      await served.close();
    },
  };
}

/** What is known of an installation, which the test continues. */
export function recorded(past: Past): Source & Pick<Shown, "tell" | "until"> {
  const listeners = new Set<(observation: Observation) => void>();
  let known = past;
  return {
    get known() {
      return known;
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    until: (tabs) =>
      until(
        `${tabs} tabs listen`,
        5,
        new AbortController().signal,
        async () => listeners.size === tabs,
        0.05,
      ),
    tell: (observation) => {
      known = observe(known, observation);
      for (const listener of listeners) listener(observation);
    },
  };
}
