// A facility is dragged: what changes on the map, and how soon.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { pixels, pointOf, settled, usualColor } from "./sight.mjs";

/** The page's share of a drag, 95th percentile, and the server's share. */
const BAR_MS = { total: 50, server: 15 };

/** Drags a cabinet about and measures; writes the figures into a file when one is named. */
export async function drag(page, figuresFile) {
  const at = { lng: 114.0516, lat: 22.5441 };
  await page.evaluate((center) => window.nuanquan.map.jumpTo({ center: [center.lng, center.lat], zoom: 12.6 }), at);
  await settled(page);
  const { origin } = new URL(page.url());
  const preview = async (modification) => {
    const answer = await fetch(`${origin}/api/edits?preview=true`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(modification),
    });
    return await answer.json();
  };
  // Of the cabinets in the middle with room around them the one that most cells depend on.
  const near = await page.evaluate(() => {
    const { map, facilities } = window.nuanquan;
    const all = facilities().map((one) => ({ ...one, ...map.project([one.lng, one.lat]) }));
    const room = (one) => Math.min(...all.filter((other) => other.id !== one.id).map((other) => Math.hypot(other.x - one.x, other.y - one.y)));
    const { width, height } = map.getCanvas().getBoundingClientRect();
    return all.filter(
      (one) =>
        one.kind === "battery-swap-cabinet" && one.x > width / 3 && one.x < width * 0.8 && one.y > height / 3 && one.y < height * 0.7 && room(one) > 14,
    );
  });
  let held = { n_cells: 0 };
  for (const one of near) {
    const { standards } = await preview({ do: "close-facilities", facilities: [one.id] });
    const n_cells = standards.find((found) => found.headline.key === "swap")?.cells.index.length ?? 0;
    if (n_cells > held.n_cells) held = { ...one, n_cells };
  }
  const from = await pointOf(page, held.lng, held.lat);
  const stage = await page.getByTestId("map").boundingBox();
  const nEdits = await page.locator("[data-testid=edits] li").count();
  // The candidates' marks follow after the drop, and would hide what is compared.
  const showSites = (visibility) => page.evaluate((to) => window.nuanquan.map.setLayoutProperty("sites", "visibility", to), visibility);
  await showSites("none");
  await settled(page);
  const untouched = await pixels(page);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  // The browser's own word on when each repaint stood on the screen: the time at which a text
  // drawn in the same frame was presented.
  await page.evaluate(() => {
    const { nuanquan } = window;
    const corner = document.createElement("div");
    corner.id = "repaints";
    corner.style.cssText = "position:fixed;right:0;top:0;font-size:9px";
    document.body.append(corner);
    nuanquan.repainted = (number) => {
      const text = document.createElement("p");
      text.textContent = String(number);
      text.setAttribute("elementtiming", `repaint-${number}`);
      corner.replaceChildren(text);
    };
    nuanquan.presented = {};
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) nuanquan.presented[entry.identifier] = entry.renderTime;
    }).observe({ type: "element" });
  });
  // The first movements warm caches on both sides and are not counted, as in every bench here.
  const [n, nWarm] = [140, 20];
  for (let i = 1; i <= n; i += 1) {
    const turn = (i / n) * 4 * Math.PI;
    await page.mouse.move(from.x + 110 * Math.sin(turn), from.y + 70 * Math.sin(turn / 2));
    await page.waitForTimeout(30);
    if (i === nWarm) await page.evaluate(() => (window.nuanquan.drags.length = 0));
  }
  await page.waitForTimeout(300);
  const all = await page.evaluate(() => {
    const { drags, presented } = window.nuanquan;
    // Of two repaints in one frame only the second one's text is drawn: both stand there with it.
    let at = NaN;
    return drags
      .map((one, number) => ({ one, number }))
      .reverse()
      .map(({ one, number }) => {
        at = presented[`repaint-${number}`] ?? at;
        return { ...one, presented_ms: at - one.since_ms };
      })
      .reverse();
  });
  await page.mouse.move(from.x + 105, from.y + 52);
  await page.evaluate(() => document.getElementById("repaints").remove());
  await page.waitForTimeout(500);
  const carried = await pixels(page);
  await page.mouse.up();
  await page.waitForFunction((n) => document.querySelectorAll("[data-testid=edits] li").length === n, nEdits + 1);
  await page.waitForFunction(() => !document.querySelector(".still"));
  await settled(page);
  const dropped = await pixels(page);
  await showSites("visible");

  // Cell by cell, where neither panels nor cards lie.
  const { plan } = await page.evaluate(async () => ({ plan: await (await fetch("/api/plan")).json() }));
  const spots = await page.evaluate(({ lng, lat }) => lng.map((x, i) => window.nuanquan.map.project([x, lat[i]])), plan.cells);
  const seen = spots
    .map(({ x, y }) => ({ x: x + stage.x, y: y + stage.y }))
    .filter(({ x, y }, i) => plan.cells.demand_thousandths[i] > 0 && x > stage.x + 190 && x < 1265 && y > 70 && y < 780);
  const colors = (picture) => seen.map(({ x, y }) => usualColor(picture, x, y, 4));
  const [was, held1, is] = [untouched, carried, dropped].map(colors);
  const far = (a, b) => Math.abs(a.r - b.r) + Math.abs(a.g - b.g) + Math.abs(a.b - b.b);
  const n_changed = was.filter((color, i) => far(color, held1[i]) > 30).length;
  const n_unlike = is.filter((color, i) => far(color, held1[i]) > 12).length;
  console.log(`    of ${seen.length} cells in view ${n_changed} changed their colour; after the drop ${n_unlike} look otherwise than before it`);
  assert(n_changed >= 5, "cells change their colour while the facility is dragged");
  assert(n_unlike <= seen.length / 100, "the map shows after the drop what was shown before it");

  const drags = all.filter((one) => one.n_cells > 0);
  const at95 = (list) => [...list].sort((a, b) => a - b)[Math.ceil(0.95 * list.length) - 1];
  const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
  // What a frame of the map costs here without any news.
  const frames = await page.evaluate(async () => {
    const { map } = window.nuanquan;
    const times = [];
    for (let i = 0; i < 20; i += 1) {
      const since = performance.now();
      await new Promise((done) => {
        map.once("render", done);
        map.triggerRepaint();
      });
      times.push(performance.now() - since);
    }
    return times;
  });
  // The same questions while nothing is drawn: the renderer shares the processor with the server.
  const alone = [];
  for (let i = 0; i < 100; i += 1) {
    const to = `${(held.lng + 0.0001 * i).toFixed(6)},${held.lat.toFixed(6)}`;
    alone.push((await preview({ do: "move-facility", facility: held.id, to })).computed_ms);
  }
  const figures = { n_repaints: drags.length, n_cells_median: median(drags.map((one) => one.n_cells)) };
  const measured = {
    presented: drags.map((one) => one.presented_ms),
    frame: drags.map((one) => one.total_ms),
    drawn: drags.map((one) => one.drawn_ms),
    bare_frame: frames,
    server: drags.map((one) => one.server_ms),
    server_alone: alone,
  };
  for (const [name, list] of Object.entries(measured)) {
    figures[`${name}_median_ms`] = median(list);
    figures[`${name}_p95_ms`] = at95(list);
  }
  const both = (name) => `median ${figures[`${name}_median_ms`].toFixed(1)} ms, p95 ${figures[`${name}_p95_ms`].toFixed(1)} ms`;
  console.log(`    ${drags.length} repaints of ${all.length} answers, ${figures.n_cells_median} cells each (median); pointer to painted map: ${both("presented")} (bar ${BAR_MS.total})`);
  console.log(`    to the end of the frame's work: ${both("frame")}; to the drawn picture: ${both("drawn")}; a frame of the map without news: ${both("bare_frame")}`);
  console.log(`    on the server: ${both("server")}; while nothing is drawn: ${both("server_alone")} (bar ${BAR_MS.server})`);
  assert(drags.length > 60, "a drag repaints many times");
  assert(drags.every((one) => Number.isFinite(one.presented_ms)), "every repaint was presented");
  if (figuresFile) {
    writeFileSync(figuresFile, `${JSON.stringify({ bars_ms: BAR_MS, ...figures, drags }, null, 1)}\n`);
  }
}
