import assert from "node:assert/strict";
import { numberOption } from "../../../../operate/cli/numberOption";

describe("the number of an option", () => {
  it("may have a limit, which the error names", () => {
    const port = numberOption({ integer: true, max: 65_535 });
    assert.equal(port("8080"), 8080);
    assert.throws(() => port("70000"), /Use an integer from 0 to 65535\./);
    assert.throws(() => port("80.5"), /Use an integer from 0 to 65535\./);
    assert.throws(() => numberOption({ min: 1 })("0"), /Use a number of at least 1\./);
  });
});
