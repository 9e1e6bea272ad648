import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { anyDashboards } from "../components/monitoring/dashboards";
import type { GrafanaDashboard } from "../components/monitoring/dashboards/grafana";
import { drawDashboard, type Series } from "./drawDashboard";

/** Answer of Prometheus' API. */
interface Matrix {
  readonly data: {
    readonly result: readonly { metric: Record<string, string>; values: [number, string][] }[];
  };
}

const IMAGES = join(__dirname, "..", "docs", "images");
const MINUTES = Number(process.env.MINUTES ?? 15);
const STEP_SECONDS = 10;

/** `npm run docs:pictures -- http://127.0.0.1:9090 celery celery-broker`: draws the dashboards with the values of a
 * Prometheus, because Grafana itself cannot be had here, and writes docs/images/dashboard-*.webp. */
async function main([url = "", namespace = "", broker = ""]: string[]): Promise<void> {
  const chosen = {
    $__rate_interval: "1m",
    $namespace: namespace,
    $broker: broker,
    $workers: ".+",
    $task: ".+",
  };
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  for (const dashboard of anyDashboards()) {
    const values = await valuesOf(dashboard, url, chosen);
    const file = join(IMAGES, `dashboard-${dashboard.uid.replace("ha-celery-", "")}.webp`);
    writeFileSync(file, await picture(browser, drawDashboard(dashboard, values)));
    console.log(`wrote ${file}`);
  }
  await browser.close();
}

async function valuesOf(
  { panels }: GrafanaDashboard,
  url: string,
  chosen: Readonly<Record<string, string>>,
): Promise<Map<number, Series[]>> {
  const values = new Map<number, Series[]>();
  for (const panel of panels) {
    if (!("targets" in panel)) continue;
    const all: Series[] = [];
    for (const { expr, legendFormat } of panel.targets) {
      const query = Object.entries(chosen).reduce(
        (text, [name, value]) => text.replaceAll(name, value),
        expr,
      );
      const name = panel.type === "table" ? `{{task}}|${legendFormat}` : legendFormat;
      all.push(...(await series(url, query, name)));
    }
    values.set(panel.id, all);
  }
  return values;
}

async function series(url: string, query: string, legend: string): Promise<Series[]> {
  const end = Math.floor(Date.now() / 1000);
  const range = { query, start: String(end - MINUTES * 60), end: String(end), step: String(STEP_SECONDS) };
  const response = await fetch(`${url}/api/v1/query_range?${new URLSearchParams(range)}`);
  const { data } = (await response.json()) as Matrix;
  return data.result.map(({ metric, values }) => ({
    name: legend.replace("__auto", "").replaceAll(/{{(\w+)}}/g, (_, label: string) => metric[label] ?? ""),
    points: values.map(([time, value]) => [time, Number(value)] as const),
  }));
}

async function picture(browser: Browser, html: string): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: 1350, height: 700 } });
  await page.setContent(html);
  const height = await page.evaluate("document.documentElement.scrollHeight");
  await page.setViewportSize({ width: 1350, height: Number(height) });
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 75 });
  await page.close();
  return Buffer.from(data, "base64");
}

void main(process.argv.slice(2));
