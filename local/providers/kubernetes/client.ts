import http from "node:http";
import https from "node:https";
import type { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import { Canceled, ApiError, noAnswer, UnknownKind, Unreachable, isStatus } from "./errors";
import type { KubeObject, ObjectKey } from "./objects";
import { listAt, stringAt, type Properties } from "../plugin/values";

interface Call {
  method: "GET" | "PATCH" | "DELETE";
  path: string;
  query?: Record<string, string>;
  body?: Properties;
  contentType?: string;
  signal?: AbortSignal;
}
interface Answer {
  status: number;
  text: string;
  warnings: string[];
}
export interface ApplyOptions {
  manager: string;
  force: boolean;
  dryRun: boolean;
  signal?: AbortSignal;
}
interface ResourceKind {
  plural: string;
  namespaced: boolean;
}

const CALL_TIMEOUT_MS = 60_000;
const RETRIES = 4;
const agent = new https.Agent({ keepAlive: true });

/**
 * Client for a cluster's API server, with the few calls that the provider needs. Supports every kind that the server
 * has.
 */
export class ClusterClient {
  private readonly groups = new Map<string, Promise<Map<string, ResourceKind>>>();

  constructor(private readonly config: KubeConfig) {}

  get server(): string {
    return this.config.getCurrentCluster()?.server ?? "(no cluster in the kubeconfig)";
  }

  /** Namespace of the kubeconfig's context. */
  get contextNamespace(): string | undefined {
    return this.config.getContextObject(this.config.getCurrentContext())?.namespace;
  }

  async isNamespaced(apiVersion: string, kind: string): Promise<boolean> {
    return (await this.kind(apiVersion, kind)).namespaced;
  }

  async get(key: ObjectKey, signal?: AbortSignal): Promise<KubeObject | undefined> {
    try {
      return parse(await this.call({ method: "GET", path: await this.path(key), signal }));
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  async list(
    apiVersion: string,
    kind: string,
    namespace: string | undefined,
    query: Record<string, string>,
  ): Promise<KubeObject[]> {
    const path = await this.path({ apiVersion, kind, namespace, name: "" });
    return listAt(parse(await this.call({ method: "GET", path, query })), "items") as KubeObject[];
  }

  /**
   * Applies an object on the server. Also returns the server's warnings, such as an unknown field or a deprecated
   * version.
   */
  async apply(
    key: ObjectKey,
    object: KubeObject,
    options: ApplyOptions,
  ): Promise<{ object: KubeObject; warnings: string[] }> {
    const query: Record<string, string> = {
      fieldManager: options.manager,
      force: String(options.force),
      fieldValidation: "Warn",
    };
    if (options.dryRun) query.dryRun = "All";
    const answer = await this.call({
      method: "PATCH",
      path: await this.path(key),
      query,
      body: object,
      contentType: "application/apply-patch+yaml",
      signal: options.signal,
    });
    return { object: parse(answer), warnings: answer.warnings };
  }

  async delete(key: ObjectKey, propagationPolicy: string): Promise<void> {
    await this.call({ method: "DELETE", path: await this.path(key), body: { propagationPolicy } });
  }

  /** Returns the last lines of a container's log, or of its previous run's log. */
  async logTail(namespace: string, pod: string, container: string, previous: boolean): Promise<string> {
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log`;
    return (
      await this.call({
        method: "GET",
        path,
        query: { container, tailLines: "10", previous: String(previous) },
      })
    ).text;
  }

  private async path({ apiVersion, kind, namespace, name }: ObjectKey): Promise<string> {
    const { plural, namespaced } = await this.kind(apiVersion, kind);
    const scope = namespaced ? `/namespaces/${namespace ?? "default"}` : "";
    return `${root(apiVersion)}${scope}/${plural}${name ? `/${encodeURIComponent(name)}` : ""}`;
  }

  private async kind(apiVersion: string, kind: string): Promise<ResourceKind> {
    let group = this.groups.get(apiVersion);
    if (!group) {
      group = this.discover(apiVersion);
      this.groups.set(apiVersion, group);
      // A failure is not cached, because the next attempt may succeed.
      group.catch(() => this.groups.delete(apiVersion));
    }
    const found = (await group).get(kind);
    if (!found) {
      this.groups.delete(apiVersion);
      throw new UnknownKind(apiVersion, kind);
    }
    return found;
  }

  private async discover(apiVersion: string): Promise<Map<string, ResourceKind>> {
    try {
      const resources = listAt(
        parse(await this.call({ method: "GET", path: root(apiVersion) })),
        "resources",
      );
      return new Map(
        resources
          .map((item) => item as Properties)
          .filter((item) => !stringAt(item, "name")?.includes("/"))
          .map((item) => [
            String(item.kind),
            { plural: String(item.name), namespaced: item.namespaced === true },
          ]),
      );
    } catch (error) {
      if (isStatus(error, 404)) return new Map();
      throw error;
    }
  }

  /** Sends a call. Retries while the server is starting or busy, because all calls here are idempotent. */
  private async call(call: Call): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await this.send(call);
        if (answer.status < 400) return answer;
        const error = apiError(answer);
        if ((error.status !== 429 && error.status !== 503) || attempt > RETRIES) throw error;
      } catch (error) {
        if (error instanceof ApiError || error instanceof Canceled || error instanceof Unreachable)
          throw error;
        if (attempt > RETRIES) throw noAnswer(this.server, error);
      }
      await new Promise((resolve) => setTimeout(resolve, 250 * attempt));
      if (call.signal?.aborted) throw new Canceled("canceled");
    }
  }

  private async send({ method, path, query, body, contentType, signal }: Call): Promise<Answer> {
    const cluster = this.config.getCurrentCluster();
    if (!cluster)
      throw new Unreachable("The kubeconfig names no cluster. Set the provider's kubeconfig and context.");
    const url = new URL(cluster.server.replace(/\/$/, "") + path);
    for (const [key, value] of Object.entries(query ?? {})) url.searchParams.set(key, value);
    const payload = body && JSON.stringify(body);
    const options: https.RequestOptions = {
      method,
      headers: { accept: "application/json", ...(payload && bodyHeaders(payload, contentType)) },
    };
    await this.config.applyToHTTPSOptions(options);
    if (!cluster.proxyUrl && url.protocol === "https:") options.agent = agent;
    options.signal = signal
      ? AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)])
      : AbortSignal.timeout(CALL_TIMEOUT_MS);
    try {
      return await exchange(url, options, payload);
    } catch (error) {
      if (signal?.aborted) throw new Canceled("canceled");
      throw error;
    }
  }
}

/** Sets content-length, because Node omits it for the body of a DELETE, which servers then reject. */
function bodyHeaders(payload: string, contentType = "application/json"): Record<string, string> {
  return { "content-type": contentType, "content-length": String(Buffer.byteLength(payload)) };
}

function exchange(url: URL, options: https.RequestOptions, body: string | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "https:" ? https : http).request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString("utf8"),
          // Example of the header: 299 - "unknown field \"spec.foo\""
          warnings: (response.headersDistinct.warning ?? []).map((line) =>
            line.replace(/^\d+ \S+ "|"$/g, "").replaceAll('\\"', '"'),
          ),
        });
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

function root(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function parse(answer: Answer): KubeObject {
  return JSON.parse(answer.text) as KubeObject;
}

function apiError({ status, text }: Answer): ApiError {
  try {
    const body = JSON.parse(text) as { reason?: string; message?: string };
    return new ApiError(status, body.reason ?? "", body.message ?? `HTTP status ${status}`);
  } catch {
    return new ApiError(status, "", `HTTP status ${status}: ${text.slice(0, 200)}`);
  }
}
