// A planner's session from end to end, in headless Chromium against the built program.
//
//   node tests/e2e/walk.mjs --program PROGRAM --data FOLDER [--screenshots FOLDER] [--figures FILE]
//
// FOLDER holds plan.toml; it is copied, so that nothing is left behind in it.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { PNG } from "pngjs";

const { values: given } = parseArgs({
  options: {
    program: { type: "string" },
    data: { type: "string" },
    screenshots: { type: "string" },
    figures: { type: "string" },
  },
});
assert(given.program && given.data, "give --program and --data");

/** The page's share of a drag, 95th percentile, and the server's share. */
const BAR_MS = { total: 50, server: 15 };

const browserPath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => path && existsSync(path),
);
assert(browserPath, "there is no Chromium; install the package `chromium` or set CHROMIUM");

const step = (what) => console.log(`  ${what}`);
const folder = mkdtempSync(join(tmpdir(), "nuanquan-walk-"));
cpSync(given.data, folder, { recursive: true });
let server;
/** Starts the server and says its address. */
async function serve(listen) {
  server = spawn(given.program, ["serve", join(folder, "plan.toml"), "--listen", listen], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return await new Promise((done, failed) => {
    server.stdout.once("data", (text) => done(String(text).trim()));
    server.once("exit", (code) => failed(new Error(`the server ended with ${code}`)));
  });
}
const browser = await chromium.launch({
  executablePath: browserPath,
  // As it starts on a machine without a graphics card, where WebGL in software needs permission.
  args: [
    "--no-sandbox",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
/** What the page did wrong on the way; an assertion inside an event would leave the server behind. */
const complaints = [];
process.on("exit", () => server?.kill());
try {
  await walk();
  assert.deepEqual(complaints, []);
} finally {
  await browser.close();
  server?.kill();
  rmSync(folder, { recursive: true, force: true });
}

async function walk() {
  const address = await serve("127.0.0.1:0");
  const page = await open(`${address}#lang=zh-CN&standard=swap`);
  const plan = await (await fetch(`${address}api/plan`)).json();
  const values = await (await fetch(`${address}api/values?scenario=baseline`)).json();
  const swap = values.standards.find((one) => one.headline.key === "swap");

  step("the page asks nobody but its own server, and shows no error");
  step("cells are coloured: near ones, far ones and no demand differ where they lie");
  await settled(page);
  const picture = await pixels(page);
  const near = swap.cells.time_s.findIndex((time, i) => time !== null && time < 0.8 * 300 && inView(i));
  const far = swap.cells.time_s.findIndex((time, i) => time !== null && time > 450 && inView(i));
  function inView(cell) {
    const [west, south, east, north] = plan.bounds;
    const [x, y] = [(plan.cells.lng[cell] - west) / (east - west), (plan.cells.lat[cell] - south) / (north - south)];
    return x > 0.35 && x < 0.9 && y > 0.35 && y < 0.9;
  }
  const [nearColor, farColor] = [await colorAt(page, picture, plan, near), await colorAt(page, picture, plan, far)];
  assert(nearColor.g - nearColor.b > 10, `a near cell is green, not ${JSON.stringify(nearColor)}`);
  assert(farColor.b > farColor.g, `a far cell is blue or purple, not ${JSON.stringify(farColor)}`);

  step("Chinese has glyphs: two different characters are drawn differently");
  const distinct = await page.evaluate(() => {
    const draw = (text) => {
      const canvas = document.createElement("canvas");
      const context = canvas.getContext("2d");
      context.font = "24px Noto Sans CJK SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif";
      context.fillText(text, 2, 26);
      return canvas.toDataURL();
    };
    return draw("深") !== draw("南");
  });
  assert(distinct, "install a font with Chinese characters, such as the package `fonts-noto-cjk`");

  step("what is illustrative says so");
  await page.getByTestId("standard-rest").click();
  await page.getByTestId("illustrative").waitFor();
  await page.getByTestId("standard-swap").click();
  assert.equal(await page.getByTestId("illustrative").count(), 0);

  step("a click shows what is reached, joined to the street");
  await clickAt(page, 114.0455, 22.5405);
  await page.getByTestId("isochrone").waitFor();
  assert.match(await page.getByTestId("isochrone").innerText(), /公里道路/);
  await settled(page);
  const reached = await page.evaluate(
    () => window.nuanquan.map.queryRenderedFeatures({ layers: ["reached"] }).length,
  );
  assert(reached > 10, `reached streets are drawn, not ${reached}`);

  step("the clicked cell is explained, with the way to its nearest facility");
  const why = await (await fetch(`${address}api/explain?standard=swap&at=114.0455,22.5405`)).json();
  const [part] = why.parts;
  const told = await page.getByTestId("explained").innerText();
  const clock = (seconds) => `${Math.floor(Math.round(seconds) / 60)}:${String(Math.round(seconds) % 60).padStart(2, "0")}`;
  assert(told.includes(clock(part.facilities[0].time_s)), told);
  for (const { name } of part.way.steps) assert(told.includes(name), `${name} in ${told}`);
  const way = await page.evaluate(() => window.nuanquan.map.queryRenderedFeatures({ layers: ["way"] }).length);
  assert(way > 0, "the way is drawn");
  await keep(page, "isochrone");
  await page.keyboard.press("Escape");

  step("the hour of the week changes what cells show");
  await page.getByTestId("standard-rest").click();
  await page.getByTestId("week").locator("summary").click();
  await page.getByTestId("hour").fill("51");
  await settled(page);
  const week = await (await fetch(`${address}api/hours?scenario=baseline-edited&standard=rest`)).json();
  const night = week.states[week.state_of_hour[51]];
  const day = week.states[week.state_of_hour[60]];
  assert(night.covered_thousandths < day.covered_thousandths / 2, "at 3 at night fewer stations are open");
  assert.equal(Number(await page.getByTestId("hour-covered").getAttribute("data-thousandths")), night.covered_thousandths);
  const byNight = await pixels(page);
  const lost = day.cells.class.findIndex((one, i) => one === 1 && (night.cells.time_s[i] ?? 9999) > 1200 && inView(i));
  await page.getByTestId("hour").fill("60");
  await settled(page);
  const [dayColor, nightColor] = [await colorAt(page, await pixels(page), plan, lost), await colorAt(page, byNight, plan, lost)];
  assert(dayColor.g - dayColor.b > 10 && nightColor.b > nightColor.g, `by day green, by night blue, not ${JSON.stringify([dayColor, nightColor])}`);
  await page.getByTestId("week").getByRole("button").click();
  await page.getByTestId("standard-swap").click();

  step("the worst gap: the list flies there");
  await page.getByTestId("gaps").getByRole("button").first().click();
  await settled(page);
  const worst = swap.gaps[0];
  const center = await page.evaluate(() => window.nuanquan.map.getCenter().toArray());
  assert(Math.abs(center[0] - worst.lng) < 1e-3 && Math.abs(center[1] - worst.lat) < 1e-3);

  step("the panel says what one more cabinet in the worst gap changes, and it does");
  const start = await covered(page);
  assert((await page.getByTestId("worst").innerText()).includes(worst.name.split(" ")[0]));
  const oneMore = Number(await page.getByTestId("one-more").getAttribute("data-thousandths"));
  await page.getByTestId("build-worst").click();
  await page.getByTestId("edits").waitFor();
  assert.equal((await covered(page)) - start, oneMore);
  await page.getByTestId("undo").click();
  await page.waitForFunction(() => !document.querySelector("[data-testid=edits]"));

  step("a facility placed there changes the covered share as `nuanquan run` says");
  const before = await covered(page);
  assert.equal(before, swap.headline.covered_thousandths);
  await page.getByTestId("place").click();
  await clickAt(page, worst.lng, worst.lat);
  await page.getByTestId("edits").waitFor();
  const added = await covered(page);
  assert(added > before, "a cabinet in the worst gap covers more");
  assert.equal(added, run(await saved(address, "baseline"), "baseline-edited"));
  console.log(`    covered ${share(before)} -> ${share(added)} of ${plan.demand_thousandths / 1e6} km`);

  step("a candidate adds what it says");
  const said = await (await fetch(`${address}api/sites?scenario=baseline-edited&standard=swap`)).json();
  await page.getByTestId("sites").locator(".build").first().click();
  await page.waitForFunction(() => document.querySelectorAll("[data-testid=edits] li").length === 2);
  assert.equal((await covered(page)) - added, said.candidates[0].adds_thousandths);

  step("a facility is moved by keyboard alone");
  await page.evaluate(() => window.nuanquan.map.jumpTo({ center: [114.0262, 22.5362], zoom: 14 }));
  await settled(page);
  await page.locator(".maplibregl-canvas").focus();
  await page.keyboard.press("Enter");
  await page.getByTestId("detail").getByRole("heading").waitFor();
  await page.getByTestId("detail").getByRole("button", { name: "移动" }).press("Enter");
  for (let i = 0; i < 2; i += 1) await page.keyboard.press("ArrowRight");
  await settled(page);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelectorAll("[data-testid=edits] li").length === 3);
  await page.keyboard.press("Escape");

  step("one is placed and closed by keyboard alone");
  await page.getByTestId("place").press("Enter");
  await page.locator(".maplibregl-canvas").focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelectorAll("[data-testid=edits] li").length === 4);
  await settled(page);
  await page.locator(".maplibregl-canvas").focus();
  await page.keyboard.press("Enter");
  await page.getByTestId("detail").getByRole("button", { name: "关闭" }).press("Enter");
  await page.waitForFunction(() => document.querySelectorAll("[data-testid=edits] li").length === 5);
  await page.keyboard.press("Escape");

  step("undo goes back step by step");
  for (const left of [4, 3, 2, 1]) {
    await page.getByTestId("undo").click();
    await page.waitForFunction((n) => document.querySelectorAll("[data-testid=edits] li").length === n, left);
  }
  assert.equal(await covered(page), added);

  step("a dragged facility repaints at once");
  await drag(page);
  assert.equal(await covered(page), run(await saved(address, "baseline"), "baseline-edited"));
  await page.getByTestId("undo").click();
  await page.waitForFunction(() => document.querySelectorAll("[data-testid=edits] li").length === 1);
  await page.getByTestId("undo").click();
  await page.waitForFunction(() => !document.querySelector("[data-testid=edits]"));
  assert.equal(await covered(page), before);

  step("two scenarios are compared in kept, gained and lost colours");
  await page.evaluate((bounds) => window.nuanquan.map.fitBounds(bounds, { padding: 20, animate: false }), plan.bounds);
  await page.getByTestId("scenario").selectOption("five-cabinets");
  await page.getByTestId("compare").selectOption("baseline");
  await page.locator(".compare .gained").waitFor();
  await settled(page);
  const comparison = await (await fetch(`${address}api/compare?before=baseline&after=five-cabinets`)).json();
  const change = comparison.standards.find((one) => one.key === "swap");
  const gained = change.change.indexOf(2);
  const gainedColor = await colorAt(page, await pixels(page), plan, gained);
  assert(gainedColor.b > gainedColor.r + 30, `a gained cell is blue, not ${JSON.stringify(gainedColor)}`);
  assert(change.n_gained > 0 && change.n_lost === 0);

  step("the language is switched, names included");
  await page.getByTestId("language").click();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
  assert.match(await page.locator("aside").innerText(), /Candidate sites/);
  assert.match(await page.getByTestId("standard-swap").innerText(), /battery swap/);
  await settled(page);
  await keep(page, "compare");

  step("a link reproduces the view");
  const other = await open(page.url());
  await other.locator(".compare .gained").waitFor();
  await settled(other);
  assert.equal(await covered(other), await covered(page));
  assert.equal(await other.getByTestId("compare").inputValue(), "baseline");
  const camera = (one) =>
    one.evaluate(() => [window.nuanquan.map.getZoom().toFixed(1), window.nuanquan.map.getCenter().toArray().map((v) => v.toFixed(3))]);
  assert.deepEqual(await camera(other), await camera(page));
  const [a, b] = [await pixels(page), await pixels(other)];
  assert(alike(a, b) > 0.97, `the two pictures are alike in ${alike(a, b)} of their pixels`);
  await other.close();

  step("edits are offered again by a server that was started anew");
  const last = await open(`${address}#lang=zh-CN&standard=swap`);
  await last.getByTestId("build-worst").click();
  await last.getByTestId("edits").waitFor();
  const withOne = await covered(last);
  await last.waitForFunction(() => Object.keys(localStorage).some((key) => key.startsWith("nuanquan-edits/")));
  const ended = new Promise((done) => server.once("exit", done));
  server.kill();
  await ended;
  await serve(new URL(address).host);
  await last.reload();
  await last.getByTestId("restore").click();
  await last.getByTestId("edits").waitFor();
  assert.equal(await covered(last), withOne);
  await last.getByTestId("undo").click();
  await last.close();

  if (given.screenshots) {
    const start = await open(`${address}#lang=zh-CN&standard=swap`);
    await settled(start);
    await keep(start, "coverage");
    await start.getByTestId("standard-circle").click();
    await settled(start);
    await keep(start, "joint");
    await start.close();
  }
  console.log("the walk is done");
}

async function open(url) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
  const host = new URL(url).host;
  page.on("request", (request) => {
    const asked = new URL(request.url());
    if (!["data:", "blob:"].includes(asked.protocol) && asked.host !== host) complaints.push(`it asked ${asked.host}`);
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // The software renderer of the test machine reports its slow reads.
    const aboutGpu = /GL Driver Message|GPU stall|WebGL/.test(message.text());
    if (message.type() === "error" && !aboutGpu) complaints.push(message.text());
  });
  await page.goto(url);
  page.setDefaultTimeout(20_000);
  await page.waitForFunction(() => window.nuanquan, null, { timeout: 60_000 });
  assert.deepEqual(complaints, []);
  return page;
}

/** Waits until the map has drawn all it has. */
async function settled(page) {
  await page.evaluate(
    () =>
      new Promise((done) => {
        const { map } = window.nuanquan;
        map.once("idle", done);
        map.triggerRepaint();
      }),
  );
}

async function covered(page) {
  return Number(await page.getByTestId("covered").getAttribute("data-thousandths"));
}

async function pixels(page) {
  return PNG.sync.read(await page.screenshot());
}

/** Keeps a screenshot in 16 steps a channel, which no reader sees and which halves the file. */
async function keep(page, name) {
  if (!given.screenshots) return;
  mkdirSync(given.screenshots, { recursive: true });
  const picture = await pixels(page);
  for (let i = 0; i < picture.data.length; i += 1) picture.data[i] = Math.round(picture.data[i] / 17) * 17;
  const small = PNG.sync.write(picture, { colorType: 2, deflateLevel: 9, deflateStrategy: 0, filterType: 0 });
  writeFileSync(join(given.screenshots, `${name}.png`), small);
}

async function pointOf(page, lng, lat) {
  const at = await page.evaluate(([x, y]) => window.nuanquan.map.project([x, y]), [lng, lat]);
  const box = await page.getByTestId("map").boundingBox();
  return { x: box.x + at.x, y: box.y + at.y };
}

async function clickAt(page, lng, lat) {
  const at = await pointOf(page, lng, lat);
  await page.mouse.click(at.x, at.y);
}

/** The colour of a cell around its centre. */
async function colorAt(page, picture, plan, cell) {
  const at = await pointOf(page, plan.cells.lng[cell], plan.cells.lat[cell]);
  return usualColor(picture, at.x, at.y, 7);
}

/** The most usual colour around a point, so that a street or mark there does not decide. */
function usualColor(picture, x, y, reach) {
  const counts = new Map();
  for (let dy = -reach; dy <= reach; dy += 1) {
    for (let dx = -reach; dx <= reach; dx += 1) {
      const index = ((Math.round(y) + dy) * picture.width + Math.round(x) + dx) * 4;
      const key = picture.data.subarray(index, index + 3).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1])[0];
  const [r, g, b] = most.split(",").map(Number);
  return { r, g, b };
}

/** Share of pixels that two pictures have in common. */
function alike(a, b) {
  let same = 0;
  for (let i = 0; i < a.data.length; i += 4) {
    const far = Math.abs(a.data[i] - b.data[i]) + Math.abs(a.data[i + 1] - b.data[i + 1]) + Math.abs(a.data[i + 2] - b.data[i + 2]);
    if (far < 24) same += 1;
  }
  return same / (a.data.length / 4);
}

async function saved(address, over) {
  return await (await fetch(`${address}api/edits/plan?over=${over}`)).text();
}

/** Runs a saved plan like a user and reads the covered demand of the swap standard. */
function run(text, scenario) {
  const [path, output] = [join(folder, "plan-edited.toml"), join(folder, "results-edited")];
  writeFileSync(path, text);
  execFileSync(given.program, ["run", path, "--output", output], { stdio: "ignore" });
  const result = JSON.parse(readFileSync(join(output, scenario, "result.json"), "utf8"));
  return result.standards.find((one) => one.key === "swap").covered_thousandths;
}

function share(thousandths) {
  return `${(thousandths / 1e6).toFixed(1)} km`;
}

async function drag(page) {
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
  await page.waitForFunction(() => document.querySelectorAll("[data-testid=edits] li").length === 2);
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
  if (given.figures) {
    writeFileSync(given.figures, `${JSON.stringify({ bars_ms: BAR_MS, ...figures, drags }, null, 1)}\n`);
  }
}
