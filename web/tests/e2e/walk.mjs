// A planner's session from end to end, in headless Chromium against the built program.
//
//   node tests/e2e/walk.mjs --program PROGRAM --data FOLDER [--screenshots FOLDER] [--figures FILE] [--only drag]
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
import { drag } from "./drag.mjs";
import * as layers from "./layers.mjs";
import { alike, clickAt, colorAt, covered, pixels, pointOf, rested, settled } from "./sight.mjs";
import { carryByFinger } from "./touch.mjs";

const { values: given } = parseArgs({
  options: {
    program: { type: "string" },
    data: { type: "string" },
    screenshots: { type: "string" },
    figures: { type: "string" },
    only: { type: "string" },
  },
});
assert(given.program && given.data, "give --program and --data");

/** A standard that asks for room, which the plan has none of. */
const ROOM = `[[standard]]
key = "swap-room"
name = "换电有空位 · swap with room"
kinds = ["battery-swap-cabinet"]
profile = "rider"
limit = "5min"
supply = { slots = 12, demand = 15000 }
`;

const browserPath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => path && existsSync(path),
);
assert(browserPath, "there is no Chromium; install the package `chromium` or set CHROMIUM");

const step = (what) => console.log(`  ${what}`);
const folder = mkdtempSync(join(tmpdir(), "nuanquan-walk-"));
cpSync(given.data, folder, { recursive: true });
const servers = [];
/** Starts a server of a plan in the folder; says its address and how to end it. */
async function serve(listen, plan = "plan.toml") {
  const server = spawn(given.program, ["serve", join(folder, plan), "--listen", listen], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  servers.push(server);
  const ended = new Promise((done) => server.once("exit", done));
  const address = await new Promise((done, failed) => {
    server.stdout.once("data", (text) => done(String(text).trim()));
    server.once("exit", (code) => failed(new Error(`the server ended with ${code}`)));
  });
  const end = async () => {
    server.kill();
    await ended;
  };
  return { address, end };
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
process.on("exit", () => servers.forEach((server) => server.kill()));
try {
  await walk();
  assert.deepEqual(complaints, []);
} finally {
  await browser.close();
  servers.forEach((server) => server.kill());
  rmSync(folder, { recursive: true, force: true });
}

async function walk() {
  const first = await serve("127.0.0.1:0");
  const { address } = first;
  const page = await open(`${address}#lang=zh-CN&standard=swap`);
  const plan = await (await fetch(`${address}api/plan`)).json();
  const values = await (await fetch(`${address}api/values?scenario=baseline`)).json();
  const swap = values.standards.find((one) => one.headline.key === "swap");

  if (given.only === "drag") {
    step("a dragged facility repaints at once");
    await settled(page);
    await drag(page, given.figures);
    return;
  }

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
  assert.equal(added, (await runOf(address, "baseline")).covered("swap"));
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
  await drag(page, given.figures);
  assert.equal(await covered(page), (await runOf(address, "baseline")).covered("swap"));
  await page.getByTestId("undo").click();
  await page.waitForFunction(() => document.querySelectorAll("[data-testid=edits] li").length === 1);
  await page.getByTestId("undo").click();
  await page.waitForFunction(() => !document.querySelector("[data-testid=edits]"));
  assert.equal(await covered(page), before);

  const seen = { page, address, plan, step, keep: (name) => keep(page, name), inView, runOf };
  await page.evaluate((bounds) => window.nuanquan.map.fitBounds(bounds, { padding: 20, animate: false }), plan.bounds);
  await layers.reasons(seen);
  await layers.supply(seen);
  await layers.night(seen);
  await layers.weakest(seen);
  await layers.hazards(seen);
  await layers.closeMarks(seen);
  await layers.districts(seen);

  step("two scenarios are compared in kept, gained and lost colours");
  await page.evaluate((bounds) => window.nuanquan.map.fitBounds(bounds, { padding: 20, animate: false }), plan.bounds);
  await page.getByTestId("scenario").selectOption("five-cabinets");
  await page.getByTestId("compare").selectOption("baseline");
  await page.locator(".compare .gained").waitFor();
  await settled(page);
  const comparison = await (await fetch(`${address}api/compare?before=baseline&after=five-cabinets`)).json();
  const change = comparison.standards.find((one) => one.key === "swap");
  const gained = change.cells.indexOf("gained");
  const gainedColor = await colorAt(page, await pixels(page), plan, gained);
  assert(gainedColor.b > gainedColor.r + 30, `a gained cell is blue, not ${JSON.stringify(gainedColor)}`);
  assert(change.gained.n_cells > 0 && change.lost.n_cells === 0);

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
  // The detail follows every edit; a server that ends in the middle of it is not what is tried.
  await rested(last);
  await first.end();
  await serve(new URL(address).host);
  await last.reload();
  await last.getByTestId("restore").click();
  await last.getByTestId("edits").waitFor();
  assert.equal(await covered(last), withOne);
  await last.getByTestId("undo").click();
  await last.waitForFunction(() => !document.querySelector("[data-testid=edits]"));
  await last.close();

  step("a facility is carried by a finger, and the map stays where it is");
  await carryByFinger(await open(`${address}#lang=zh-CN&standard=swap`, { hasTouch: true }), runOf);

  step("who is full and who is idle is said where the plan asks for room");
  const text = readFileSync(join(folder, "plan.toml"), "utf8");
  assert(text.includes("[[joint]]"), "the plan has a joint standard");
  writeFileSync(join(folder, "plan-room.toml"), text.replace("[[joint]]", `${ROOM}\n[[joint]]`));
  const roomy = await serve("127.0.0.1:0", "plan-room.toml");
  const full = await open(`${roomy.address}#lang=zh-CN&standard=swap-room&cells=supply`);
  await layers.room({ page: full, address: roomy.address, keep: (name) => keep(full, name) });
  await full.close();
  await roomy.end();

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

async function open(url, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce", ...options });
  const host = new URL(url).host;
  page.on("request", (request) => {
    const asked = new URL(request.url());
    if (!["data:", "blob:"].includes(asked.protocol) && asked.host !== host) complaints.push(`it asked ${asked.host}`);
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // The software renderer of the test machine reports its slow reads.
    const aboutGpu = /GL Driver Message|GPU stall|WebGL/.test(message.text());
    if (message.type() === "error" && !aboutGpu) complaints.push(`${message.text()} ${message.location().url}`);
  });
  await page.goto(url);
  page.setDefaultTimeout(20_000);
  await page.waitForFunction(() => window.nuanquan, null, { timeout: 60_000 });
  assert.deepEqual(complaints, []);
  return page;
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

/** Runs the edits on a scenario as a saved plan, like a user. */
async function runOf(address, over) {
  const text = await (await fetch(`${address}api/edits/plan?over=${over}`)).text();
  const [path, output] = [join(folder, "plan-edited.toml"), join(folder, "results-edited")];
  writeFileSync(path, text);
  execFileSync(given.program, ["run", path, "--output", output], { stdio: "ignore" });
  const home = join(output, `${over}-edited`);
  const { standards } = JSON.parse(readFileSync(join(home, "result.json"), "utf8"));
  return {
    covered: (key) => standards.find((one) => one.key === key).covered_thousandths,
    // Without the mark for Excel, which a fetched text loses too.
    table: (name) => readFileSync(join(home, name), "utf8").replace(/^\ufeff/, ""),
  };
}

function share(thousandths) {
  return `${(thousandths / 1e6).toFixed(1)} km`;
}
