// Fingers instead of a mouse.

import assert from "node:assert/strict";
import { covered, pointOf, settled } from "./sight.mjs";

/** Carries a cabinet by one finger; the result is what `nuanquan run` says of the same move. */
export async function carryByFinger(page, runOf) {
  const { origin } = new URL(page.url());
  await page.evaluate(() => window.nuanquan.map.jumpTo({ center: [114.0516, 22.5441], zoom: 13.5 }));
  await settled(page);
  const held = await page.evaluate(() => {
    const { map, facilities } = window.nuanquan;
    const all = facilities().map((one) => ({ ...one, at: map.project([one.lng, one.lat]) }));
    const room = (one) => Math.min(...all.filter((other) => other !== one).map((other) => Math.hypot(other.at.x - one.at.x, other.at.y - one.at.y)));
    const { width, height } = map.getCanvas().getBoundingClientRect();
    return all
      .filter((one) => one.kind === "battery-swap-cabinet" && one.at.x > width * 0.45 && one.at.x < width * 0.7 && one.at.y > height * 0.3 && one.at.y < height * 0.7)
      .sort((a, b) => room(b) - room(a))[0];
  });
  const before = { covered: await covered(page), center: await centerOf(page) };
  const finger = await page.context().newCDPSession(page);
  const touch = (type, points) => finger.send("Input.dispatchTouchEvent", { type, touchPoints: points });
  const from = await pointOf(page, held.lng, held.lat);
  // A finger does not point well.
  const at = (i) => ({ x: Math.round(from.x + 7 + i * 9), y: Math.round(from.y - 5 + i * 4) });
  await touch("touchStart", [at(0)]);
  for (let i = 1; i <= 12; i += 1) {
    await touch("touchMove", [at(i)]);
    await page.waitForTimeout(30);
  }
  await touch("touchEnd", []);
  await page.waitForFunction(() => document.querySelectorAll("[data-testid=edits] li").length === 1);
  await page.waitForFunction(() => !document.querySelector(".still"));
  const { edits } = await (await fetch(`${origin}/api/edits`)).json();
  assert.equal(edits[0].do, "move-facility");
  assert.equal(edits[0].facility, held.id);
  const [lng, lat] = edits[0].to.split(",").map(Number);
  const put = await pointOf(page, lng, lat);
  assert(Math.hypot(put.x - at(12).x, put.y - at(12).y) < 2, "it lies where the finger left it");
  assert.deepEqual(await centerOf(page), before.center, "the map stayed where it was");
  const after = await covered(page);
  assert.notEqual(after, before.covered);
  assert.equal(after, (await runOf(`${origin}/`, "baseline")).covered("swap"));

  // A tap picks it, and a finger beside all marks moves the map.
  await touch("touchStart", [{ x: put.x, y: put.y }]);
  await touch("touchEnd", []);
  await page.getByTestId("detail").getByRole("button", { name: "移动" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByTestId("undo").click();
  await page.waitForFunction(() => !document.querySelector("[data-testid=edits]"));
  const empty = { x: 1180, y: 640 };
  await touch("touchStart", [empty]);
  for (let i = 1; i <= 8; i += 1) await touch("touchMove", [{ x: empty.x - 12 * i, y: empty.y }]);
  await touch("touchEnd", []);
  await settled(page);
  assert.notDeepEqual(await centerOf(page), before.center, "a finger beside all marks moves the map");
  assert.equal(await page.getByTestId("edits").count(), 0);
  await page.close();
}

async function centerOf(page) {
  return await page.evaluate(() => window.nuanquan.map.getCenter().toArray().map((value) => value.toFixed(6)));
}
