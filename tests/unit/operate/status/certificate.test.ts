import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import { certificateStatus } from "../../../../operate/status/certificate";

const HOUR_MS = 60 * 60 * 1000;

describe("the certificate's status", () => {
  const [pem = ""] = rootCertificates;
  const end = new Date(new X509Certificate(pem).validTo);
  const at = (hours: number) =>
    certificateStatus(Buffer.from(pem), new Date(end.getTime() - hours * HOUR_MS));

  it("has the time of its end and the full days until then", () => {
    assert.deepEqual(at(49), { expires: end.toISOString(), days: 2 });
  });

  it("is negative from the moment of its end", () => {
    assert.deepEqual([at(1)?.days, at(-1)?.days, at(-25)?.days], [0, -1, -2]);
  });

  it("is unknown if the file is no certificate", () => {
    assert.equal(certificateStatus(Buffer.from("nothing"), new Date()), undefined);
  });
});
