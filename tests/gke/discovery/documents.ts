import { readFileSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Report } from "../../../local/report";
import { type Artifact, ensureArtifact } from "../../../local/toolchain/cache";
import { runLogged } from "../../../local/toolchain/logged";
import type { Document, Request } from "./check";

/** Environment variable with the folder of the documents. */
export const DOCUMENTS_VARIABLE = "HA_CELERY_TEST_DISCOVERY";

/** APIs that the provider sends requests to. Those of a cluster go to v1beta1, because it is Google's beta provider. */
const APIS = [
  "artifactregistry/v1",
  "binaryauthorization/v1",
  "cloudkms/v1",
  "cloudresourcemanager/v1",
  "compute/v1",
  "container/v1beta1",
  "gkebackup/v1",
  "iam/v1",
  "pubsub/v1",
  "serviceusage/v1",
  "serviceusage/v1beta1",
] as const;
export type Api = (typeof APIS)[number];

/** A request to one of the APIs. */
export interface ApiRequest extends Request {
  api: Api;
}

/** Path of a document inside of the Go module, and of the artifact. */
const fileOf = (api: Api): string => join(api, `${api.split("/")[0]}-api.json`);

const LIST = "apis.json";

const read = (name: string): Promise<string> => readFile(join(__dirname, name), "utf8");

async function download(to: string, report: Report): Promise<void> {
  const [, module = "", version = ""] = /^require (\S+) (\S+)$/m.exec(await read("go.mod")) ?? [];
  const cache = join(to, "modules");
  const options = {
    cwd: __dirname,
    env: { GOMODCACHE: cache, GOFLAGS: "-mod=readonly -modcacherw", GOWORK: "off" },
  };
  const what = "downloading Google's discovery documents";
  report(`${what} (once; 50 MB)`);
  await runLogged(what, "go", ["mod", "download", module], options, report);
  for (const api of APIS) {
    await mkdir(join(to, api), { recursive: true });
    await cp(join(cache, `${module}@${version}`, fileOf(api)), join(to, fileOf(api)));
  }
  await rm(cache, { recursive: true, force: true });
  await writeFile(join(to, LIST), JSON.stringify(APIS));
}

/** Downloads the discovery documents of Google's APIs if they are not in the cache. They are part of the Go module with
 * Google's clients, which go.mod and go.sum pin. Returns their folder. */
export async function ensureDocuments(report: Report): Promise<string> {
  const artifact: Artifact = {
    name: "google-discovery",
    file: LIST,
    inputs: [await read("go.sum"), ...APIS],
    make: (to) => download(to, report),
  };
  return dirname(await ensureArtifact(artifact, report));
}

/** The downloaded documents. */
export class Documents {
  private readonly parsed = new Map<Api, Document>();

  constructor(private readonly folder: string) {}

  get(api: Api): Document {
    const known = this.parsed.get(api);
    if (known) return known;
    const document = JSON.parse(readFileSync(join(this.folder, fileOf(api)), "utf8")) as Document;
    this.parsed.set(api, document);
    return document;
  }
}
