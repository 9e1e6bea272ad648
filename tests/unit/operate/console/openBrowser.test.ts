import assert from "node:assert/strict";
import { browserCommand } from "../../../../operate/console/openBrowser";

describe("the browser that the console opens", () => {
  it("is the one of the desktop, and none on a server", () => {
    assert.deepEqual(browserCommand("darwin", {}), ["open"]);
    assert.deepEqual(browserCommand("win32", {}), ["cmd", "/c", "start", ""]);
    assert.deepEqual(browserCommand("linux", { DISPLAY: ":0" }), ["xdg-open"]);
    assert.deepEqual(browserCommand("linux", { WAYLAND_DISPLAY: "wayland-0" }), ["xdg-open"]);
    assert.equal(browserCommand("linux", { DISPLAY: "" }), undefined);
  });
});
