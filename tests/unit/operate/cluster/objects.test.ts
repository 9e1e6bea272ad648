import assert from "node:assert/strict";
import { labelsOf } from "../../../../components/shared/labels";
import {
  apiMessageOf,
  hasCondition,
  ignoreNotFound,
  INSTALLATION_SELECTOR,
  isReady,
  labelSelector,
} from "../../../../operate/cluster/objects";

describe("Kubernetes objects", () => {
  it("of an installation are selected by the label that the components set", () => {
    const labels = labelsOf("rabbitmq", "mq", "broker");
    assert.equal(INSTALLATION_SELECTOR, `app.kubernetes.io/part-of=${labels["app.kubernetes.io/part-of"]}`);
  });

  it("are ready by their condition", () => {
    const withReady = (status: string) => ({ status: { conditions: [{ type: "Ready", status }] } });
    assert.ok(isReady(withReady("True")));
    for (const object of [withReady("False"), withReady("Unknown"), { status: {} }, {}])
      assert.ok(!isReady(object), JSON.stringify(object));
    assert.ok(!hasCondition(withReady("True"), "Failed"));
  });

  it("have labels that form a selector", () => {
    assert.equal(labelSelector({ app: "shop", tier: "web" }), "app=shop,tier=web");
    assert.equal(labelSelector(undefined), "");
  });

  it("may not exist, which is no error of a delete", async () => {
    const failing = (code: number) => Promise.reject(Object.assign(new Error("failed"), { code }));
    assert.equal(await failing(404).catch(ignoreNotFound), undefined);
    await assert.rejects(failing(403).catch(ignoreNotFound), /failed/);
  });

  it("are refused with the API server's own sentence", () => {
    const body = '{"kind":"Status","message":"pods \\"mq-0\\" is forbidden","code":403}';
    assert.equal(
      apiMessageOf(Object.assign(new Error("HTTP-Code: 403"), { body })),
      'pods "mq-0" is forbidden',
    );
    assert.equal(apiMessageOf(new Error("connection refused")), "connection refused");
    assert.equal(apiMessageOf("aborted"), "aborted");
  });
});
