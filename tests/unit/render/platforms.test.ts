import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { configurationOf, type Overrides, PROGRAM } from "../../../render/stackConfig";
import { type KubernetesObject, masked, titleOf, toYaml } from "../../../render/yaml";
import { assertSame } from "../components/goldens";
import { differences, projectDefaults, stackFile, withoutTags } from "./platforms";
import { rendered } from "./examples";

const FOLDER = join(PROGRAM, "examples", "platforms");
const PLATFORMS = readdirSync(FOLDER).flatMap((file) => /^Pulumi\.(\w+)\.yaml$/.exec(file)?.[1] ?? []);

/** A stack on an existing cluster with the defaults of every key. */
const PLAIN: Overrides = {
  ...projectDefaults("local"),
  "ha-celery:kubeContext": "here",
  "ha-celery:imageRepository": "registry.example.com/team",
};

const pick = (values: Overrides, keys: string[]): Overrides =>
  Object.fromEntries(keys.map((key) => [key, values[key] ?? ""]));

const claimsOf = (objects: KubernetesObject[]) =>
  objects.flatMap((object) => {
    const { spec } = object as KubernetesObject & {
      spec?: { volumeClaimTemplates?: { spec: { storageClassName?: string } }[] };
    };
    return spec?.volumeClaimTemplates ?? [];
  });

describe("platforms: examples/platforms", () => {
  let plain: KubernetesObject[];
  before(async () => (plain = await rendered("local", PLAIN)));

  it("are those of the guide", () => {
    const page = readFileSync(join(PROGRAM, "docs/how-to/platforms.md"), "utf8");
    for (const platform of PLATFORMS)
      assert.ok(page.includes(`examples/platforms/Pulumi.${platform}.yaml`), platform);
  });

  it("begin from the same objects: an existing cluster without any other key", () =>
    assertSame("platforms/existing", withoutTags(toYaml(plain.map(masked)))));

  for (const platform of PLATFORMS) {
    describe(platform, () => {
      const overrides = {
        ...projectDefaults("local"),
        ...stackFile(join(FOLDER, `Pulumi.${platform}.yaml`)),
      };
      // What is not of the platform: whether it is for production.
      const common = ["ha-celery:production", "ha-celery:brokerTls"].filter((key) => key in overrides);
      let objects: KubernetesObject[];
      let same: KubernetesObject[];
      before(async () => {
        objects = await rendered("local", overrides);
        same = await rendered("local", { ...PLAIN, ...pick(overrides, common) });
      });

      it("differs from an existing cluster without keys of a platform as in the golden file", () =>
        assertSame(
          `platforms/${platform}`,
          withoutTags(stringify(differences(same, objects), { lineWidth: 0 })),
        ));

      it("names a StorageClass for every volume, because the default class differs by cluster", () => {
        const claims = claimsOf(objects);
        assert.ok(claims.length > 0);
        for (const { spec } of claims)
          assert.equal(
            spec.storageClassName,
            configurationOf("local", overrides)["ha-celery:brokerStorageClass"],
          );
      });

      it("needs no load balancer, no Ingress, and no annotation of a cloud", () => {
        const kinds = objects.map(({ kind }) => kind);
        assert.ok(!kinds.includes("Ingress"));
        for (const object of objects) {
          const { type } = (object as KubernetesObject & { spec?: { type?: string } }).spec ?? {};
          if (object.kind === "Service")
            assert.ok(type === undefined || type === "ClusterIP", titleOf(object));
          assert.doesNotMatch(JSON.stringify(object.metadata), /amazonaws|azure|gke\.io/, titleOf(object));
        }
      });

      it("runs under the Pod Security level restricted", () => {
        const namespace = objects.find(({ kind }) => kind === "Namespace");
        assert.equal(namespace?.metadata.labels?.["pod-security.kubernetes.io/enforce"], "restricted");
      });
    });
  }
});
