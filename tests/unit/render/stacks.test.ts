import assert from "node:assert/strict";
import { stacks } from "../../../render/stackConfig";
import { type KubernetesObject, masked, titleOf, toYaml } from "../../../render/yaml";
import { assertSame } from "../components/goldens";
import { passwordOf, rendered } from "./examples";
import { withoutTags } from "./platforms";

const kindsOf = (objects: KubernetesObject[]) => objects.map(({ kind }) => kind);

describe("the stacks", () => {
  it("are the ones with a file", () => assert.ok(stacks().includes("local")));
});

for (const stack of stacks()) {
  describe(`stack ${stack}, rendered`, () => {
    let objects: KubernetesObject[];
    before(async () => (objects = await rendered(stack)));

    it("equals the golden file", () =>
      assertSame(`stacks/${stack}`, withoutTags(toYaml(objects.map(masked)))));

    it("is the same every time", async () => assert.deepEqual(await rendered(stack), objects));

    it("begins with the namespace and ends with the workloads", () => {
      const kinds = kindsOf(objects);
      assert.equal(kinds[0], "Namespace");
      assert.ok(kinds.lastIndexOf("Secret") < kinds.indexOf("StatefulSet"));
      assert.ok(kinds.lastIndexOf("NetworkPolicy") < kinds.indexOf("StatefulSet"));
      assert.ok(kinds.lastIndexOf("Service") < kinds.indexOf("StatefulSet"));
      assert.ok(kinds.indexOf("StatefulSet") < kinds.indexOf("Deployment"));
      if (kinds.includes("Job")) assert.equal(kinds.indexOf("Job"), kinds.length - 1);
    });

    it("contains passwords in Secrets only", () => {
      const secrets = objects.filter(({ kind }) => kind === "Secret");
      assert.ok(JSON.stringify(secrets).includes(passwordOf("celery-broker-password")));
      for (const each of objects.filter((object) => !secrets.includes(object)))
        assert.ok(!JSON.stringify(each).includes("password-of-"), titleOf(each));
    });

    it("has unique names without a random part", () => {
      const titles = objects.map(titleOf);
      assert.equal(new Set(titles).size, titles.length);
      for (const each of objects) assert.match(each.metadata.name, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    });

    it("has no annotations for Pulumi's provider", () => {
      for (const each of objects)
        assert.ok(!JSON.stringify(each.metadata).includes("pulumi.com/"), titleOf(each));
    });

    it("tags images with a hash of their content", () => {
      const images = [...toYaml(objects).matchAll(/image: (.*)$/gm)].map(([, image]) => String(image));
      assert.ok(images.length >= 3, String(images));
      for (const image of images) assert.match(image, /^\S+\/(rabbitmq|worker):[0-9a-f]{16}$/);
    });
  });
}
