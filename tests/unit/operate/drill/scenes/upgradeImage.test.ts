import assert from "node:assert/strict";
import { imagesOf, otherReference } from "../../../../../operate/drill/scenes/upgradeImage";

const DIGEST = "registry.example.com/rabbitmq@sha256:0123";

describe("another reference to the brokers' image", () => {
  it("is the digest, or the digest with a tag if the image has only a digest", () => {
    assert.equal(otherReference("registry.example.com/rabbitmq:4.3", DIGEST), DIGEST);
    assert.equal(otherReference("registry.example.com/rabbitmq:4.3@sha256:0123", DIGEST), DIGEST);
    assert.equal(otherReference(DIGEST, DIGEST), "registry.example.com/rabbitmq:drill@sha256:0123");
  });

  it("is asked for if the image came to the nodes without a registry", () => {
    assert.throws(() => otherReference("rabbitmq:4.3", "rabbitmq:4.3"), {
      name: "UserError",
      message: /rabbitmq:4\.3 by no digest.*--image/,
    });
  });
});

describe("the images of the brokers", () => {
  it("include init containers, without those of other containers", () => {
    const images = imagesOf({
      spec: {
        serviceName: "mq-nodes",
        selector: {},
        template: {
          spec: {
            initContainers: [{ name: "prepare", image: "mq:1" }],
            containers: [
              { name: "sidecar", image: "logs:1" },
              { name: "rabbitmq", image: "mq:1" },
            ],
          },
        },
      },
    });
    assert.deepEqual(images, {
      "/spec/template/spec/initContainers/0/image": "mq:1",
      "/spec/template/spec/containers/1/image": "mq:1",
    });
  });
});
