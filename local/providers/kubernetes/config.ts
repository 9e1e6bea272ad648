import { existsSync } from "node:fs";
import { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import type { ConfigDiff } from "../plugin/provider";
import { changesBetween } from "../plugin/changes";
import { Unreachable } from "./errors";
import { plainProperties, stringAt, UNKNOWN, type Properties } from "../plugin/values";

/** The supported provider arguments. The others are ignored. */
export interface ProviderConfig {
  kubeconfig?: string;
  context?: string;
  namespace?: string;
  forceConflicts: boolean;
  mutableSecrets: boolean;
  mutableConfigMaps: boolean;
  /** Whether the kubeconfig or the context is unknown, as in a preview. */
  unknown: boolean;
}

export function parseConfig(args: Properties): ProviderConfig {
  const config = plainProperties(args);
  // The SDK sends booleans as JSON text.
  const flag = (name: string): boolean => String(config[name]) === "true";
  return {
    kubeconfig: stringAt(config, "kubeconfig"),
    context: stringAt(config, "context"),
    namespace: stringAt(config, "namespace"),
    forceConflicts: flag("enablePatchForce"),
    mutableSecrets: flag("enableSecretMutable"),
    mutableConfigMaps: flag("enableConfigMapMutable"),
    unknown: [config.kubeconfig, config.context].includes(UNKNOWN),
  };
}

/** Loads a kubeconfig from a path or from its content. Default: KUBECONFIG, then ~/.kube/config. */
export function loadKubeConfig({
  kubeconfig,
  context,
}: Pick<ProviderConfig, "kubeconfig" | "context">): KubeConfig {
  const result = new KubeConfig();
  if (!kubeconfig) result.loadFromDefault();
  else if (existsSync(kubeconfig)) result.loadFromFile(kubeconfig);
  else if (kubeconfig.includes("\n") || kubeconfig.trimStart().startsWith("{"))
    result.loadFromString(kubeconfig);
  else
    throw new Unreachable(
      `The provider's kubeconfig is ${kubeconfig}, but this file does not exist. Correct the path, or pass the file's content.`,
    );
  if (context) {
    if (!result.getContextObject(context)) {
      const known =
        result
          .getContexts()
          .map(({ name }) => name)
          .join(", ") || "none";
      throw new Unreachable(
        `The kubeconfig has no context ${context} (it has: ${known}). Correct the provider's context or kubeconfig.`,
      );
    }
    result.setCurrentContext(context);
  }
  return result;
}

/**
 * Returns the changed arguments, and those that select another cluster, in which all objects must be created again.
 */
export function diffConfig(oldArgs: Properties, newArgs: Properties): ConfigDiff {
  const [old, next] = [plainProperties(oldArgs), plainProperties(newArgs)];
  const changed = [...new Set(changesBetween(old, next).map(({ path }) => String(path[0])))];
  if (old.clusterIdentifier && next.clusterIdentifier) {
    return { changed, replaces: changed.filter((name) => name === "clusterIdentifier") };
  }
  const selectors = changed.filter((name) => name === "kubeconfig" || name === "context");
  const [before, after] = [activeCluster(old), activeCluster(next)];
  const isOtherCluster =
    selectors.some((name) => next[name] === UNKNOWN) || (before && after && before !== after);
  return { changed, replaces: isOtherCluster ? selectors : [] };
}

function activeCluster(config: Properties): string | undefined {
  try {
    const cluster = loadKubeConfig({
      kubeconfig: stringAt(config, "kubeconfig"),
      context: stringAt(config, "context"),
    });
    return JSON.stringify(cluster.getCurrentCluster() ?? undefined);
  } catch {
    // The old kubeconfig's file may no longer exist.
    return undefined;
  }
}
