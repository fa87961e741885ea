// What the page shows beyond coverage: each thing by its figures and by its pixels.

import assert from "node:assert/strict";
import { clickAt, colorAt, covered, pixels, pointOf, rested, settled, usualColor } from "./sight.mjs";

const REASONS = {
  "no-street": "附近没有道路",
  closed: "此时不营业",
  full: "设施已满",
  "cut-off-by-gate": "被小区门或门禁阻断",
  "cut-off-by-one-way": "被单行道阻断",
  "cut-off-by-water": "被河流水面阻断",
  detour: "绕行过远",
  "no-facility": "附近没有设施",
};

const ask = async (address, path) => await (await fetch(`${address}api/${path}`)).json();
const detailOf = async (address) => await ask(address, "detail?scenario=baseline-edited");
/** What the map draws of a standard in detail. */
const drawnOf = (detail, key) => detail.drawn[detail.standards.findIndex((one) => one.key === key)];
const ofKey = (list, key) => list.find((one) => (one.key ?? one.headline.key) === key);
const shown = (page, layer) =>
  page.evaluate((id) => window.nuanquan.map.queryRenderedFeatures({ layers: [id] }).map((one) => one.properties), layer);
const told = (color) => JSON.stringify(color);

/** The first cell in view without dots for which something holds. */
function cellWhere({ plan, inView }, values, holds) {
  const cell = plan.cells.id.findIndex((_, i) => inView(i) && !values.cells.edge_affected[i] && holds(i));
  assert(cell >= 0, "there is such a cell in view");
  return cell;
}

async function valuesOf(address, standard) {
  return ofKey((await ask(address, "values?scenario=baseline-edited")).standards, standard);
}

/** Shows what cells show, by keyboard alone. */
async function paint(page, what) {
  await page.getByTestId(`paint-${what}`).focus();
  await page.keyboard.press("Space");
  await page.waitForFunction((one) => document.querySelector("[data-testid=legend]").dataset.paint === one, what);
  await settled(page);
}

export async function reasons({ page, address, step }) {
  step("each gap says why it is one and how many minutes are missing");
  const swap = ofKey((await detailOf(address)).standards, "swap");
  await rested(page);
  const lines = await page.getByTestId("gaps").locator(".why").allInnerTexts();
  assert(lines.length >= 5);
  lines.forEach((line, i) => {
    const { reason, missing_s } = swap.gaps[i];
    assert(line.includes(REASONS[reason]), `${line} says ${reason}`);
    const missing = missing_s === null ? "两倍时限内到不了" : `超时 ${Number((missing_s / 60).toFixed(1))} 分钟`;
    assert(line.includes(missing), `${line} says ${missing}`);
  });
  await page.getByTestId("reasons").locator("summary").press("Enter");
  const listed = await page.getByTestId("reasons").locator("li").evaluateAll((all) =>
    all.map((one) => ({ reason: one.dataset.reason, demand_thousandths: Number(one.dataset.thousandths) })),
  );
  const byDemand = (a, b) => b.demand_thousandths - a.demand_thousandths;
  assert.deepEqual(listed, [...swap.reasons].sort(byDemand));
  await page.getByTestId("language").click();
  assert.match(await page.getByTestId("gaps").innerText(), /too long by [\d.]+ min/);
  await page.getByTestId("language").click();
}

export async function supply(seen) {
  const { page, address, plan, step } = seen;
  step("cells show how much there is for those around them");
  const values = await valuesOf(address, "swap");
  const room = ofKey((await detailOf(address)).standards, "swap").capacity;
  await paint(page, "supply");
  const of = (i) => room.supply_of_cells[i];
  const none = cellWhere(seen, values, (i) => of(i) === 0);
  const ample = cellWhere(seen, values, (i) => of(i) !== null && of(i) > 2.2 * room.supply_mean);
  const picture = await pixels(page);
  const [noneColor, ampleColor] = [await colorAt(page, picture, plan, none), await colorAt(page, picture, plan, ample)];
  assert(noneColor.r > noneColor.b + 25, `no supply is brown, not ${told(noneColor)}`);
  assert(ampleColor.g > ampleColor.r + 25, `ample supply is green, not ${told(ampleColor)}`);
  await paint(page, "time");
}

export async function night(seen) {
  const { page, address, plan, step, keep } = seen;
  step("cells show what is lost when the day stations close");
  await page.getByTestId("standard-rest").click();
  const values = await valuesOf(address, "rest");
  const detail = await detailOf(address);
  const { night: lost } = ofKey(detail.standards, "rest");
  await paint(page, "night");
  assert.equal(Number(await page.getByTestId("night").getAttribute("data-thousandths")), lost.lost_thousandths);
  const [byDay, gone] = [drawnOf(detail, "rest").by_day_of_cells_thousandths, lost.lost_of_cells_thousandths];
  const keeps = cellWhere(seen, values, (i) => byDay[i] > 0 && gone[i] === 0);
  const loses = cellWhere(seen, values, (i) => byDay[i] > 0 && gone[i] === byDay[i]);
  const picture = await pixels(page);
  const [keepsColor, losesColor] = [await colorAt(page, picture, plan, keeps), await colorAt(page, picture, plan, loses)];
  assert(keepsColor.r > 225 && keepsColor.r > keepsColor.b + 15, `what stays is pale yellow, not ${told(keepsColor)}`);
  assert(losesColor.b > losesColor.g + 20, `what is lost is purple, not ${told(losesColor)}`);
  // The gaps on the map and in the list are those of the night.
  const first = await page.getByTestId("gaps").locator("li").first().innerText();
  assert(first.includes(lost.gaps[0].name.split(" ")[0]), first);
  const drawn = new Set((await shown(page, "gaps")).map((one) => one.rank));
  assert.equal(drawn.size, lost.gaps.length);
  await keep("night");
  await paint(page, "time");
}

export async function weakest(seen) {
  const { page, address, plan, step, keep } = seen;
  step("the joint circle shows each cell's weakest service, and the card names it");
  await page.getByTestId("standard-circle").click();
  await page.waitForFunction(() => document.querySelector("[data-testid=paint-weakest]"));
  const { standards } = await ask(address, "values?scenario=baseline-edited");
  const circle = ofKey(standards, "circle");
  const parts = ["swap", "rest", "meal"].map((key) => ofKey(standards, key));
  await paint(page, "weakest");
  const lacks = (part) => cellWhere(seen, circle, (i) => circle.cells.class[i] === 2 && circle.cells.weakest[i] === part);
  /** The part with the least to spare, as a share of its limit. */
  const tightest = (i) => {
    const shares = parts.map((part) => part.cells.time_s[i] / part.headline.limit_s);
    return shares.indexOf(Math.max(...shares));
  };
  const tight = cellWhere(seen, circle, (i) => circle.cells.class[i] === 1 && tightest(i) === 1);
  const picture = await pixels(page);
  const colors = [];
  for (const cell of [lacks(0), lacks(1), tight]) colors.push(await colorAt(page, picture, plan, cell));
  const [noSwap, noRest, tightRest] = colors;
  assert(noSwap.r > noSwap.b + 50, `without a cabinet it is orange, not ${told(noSwap)}`);
  assert(noRest.b > noRest.r + 50, `without a station it is blue, not ${told(noRest)}`);
  const blueness = (color) => color.b - color.r;
  assert(blueness(tightRest) > 10 && blueness(tightRest) < blueness(noRest) / 1.5, `with a far station it is pale blue, not ${told(tightRest)}`);
  for (const [cell, part] of [[lacks(0), "swap"], [tight, "rest"]]) {
    // By keyboard, at the cross: no mark lies there.
    await page.evaluate(([lng, lat]) => window.nuanquan.map.jumpTo({ center: [lng, lat], zoom: 17 }), [plan.cells.lng[cell], plan.cells.lat[cell]]);
    await settled(page);
    await page.locator(".maplibregl-canvas").focus();
    await page.keyboard.press("Enter");
    await page.getByTestId("weakest").waitFor();
    assert.equal(await page.getByTestId("weakest").getAttribute("data-part"), part);
    await page.keyboard.press("Escape");
  }
  await page.evaluate((bounds) => window.nuanquan.map.fitBounds(bounds, { padding: 20, animate: false }), plan.bounds);
  await settled(page);
  await keep("weakest");
  await paint(page, "time");
  await page.getByTestId("standard-swap").click();
}

export async function hazards({ page, address, step, keep, runOf }) {
  step("reported hazards lie on the map and say what they do to their street");
  const before = await detailOf(address);
  await settled(page);
  assert.equal(new Set((await shown(page, "hazards")).map((one) => one.id)).size, before.hazards.length);
  const closing = before.hazards.find((one) => one.effect === "close");
  const at = await pointOf(page, closing.lng, closing.lat);
  const redness = async () => {
    const color = usualColor(await pixels(page), at.x, at.y - 5, 2);
    return color.r - color.g;
  };
  assert((await redness()) > 100, "a closing hazard is red");
  await page.mouse.click(at.x, at.y);
  assert.equal(await page.getByTestId("hazard").getAttribute("data-hazard"), closing.id);
  const card = await page.getByTestId("hazard").innerText();
  for (const word of ["道路阻断", "已核实", closing.since, closing.note, "封闭道路", "未计入隐患"]) assert(card.includes(word), `${word} in ${card}`);
  await page.getByTestId("language").click();
  const english = await page.getByTestId("hazard").innerText();
  for (const word of ["Blocked road", "confirmed", "closes the street", "does not heed hazards"]) assert(english.includes(word), `${word} in ${english}`);
  await page.getByTestId("language").click();
  await page.keyboard.press("Escape");

  step("a switch takes them off the map, and the list beside the gaps finds them");
  await page.getByTestId("show-hazards").focus();
  await page.keyboard.press("Space");
  await settled(page);
  assert.equal((await shown(page, "hazards")).length, 0);
  assert((await redness()) < 60, "nothing red is left");
  assert.match(page.url(), /hazards=off/);
  const slow = before.hazards.find((one) => one.effect === "50%");
  await page.getByTestId("hazards").locator(`[data-hazard=${slow.id}]`).press("Enter");
  await page.getByTestId("hazard").waitFor();
  assert.match(await page.getByTestId("hazard").innerText(), /道路减速至平时的 50 %/);
  await settled(page);
  const center = await page.evaluate(() => window.nuanquan.map.getCenter().toArray());
  assert(Math.abs(center[0] - slow.lng) < 1e-3 && Math.abs(center[1] - slow.lat) < 1e-3);
  assert((await shown(page, "hazards")).some((one) => one.id === slow.id), "it is on the map again");
  await keep("hazards");

  step("hazards count when the planner lets them, as `nuanquan run` says");
  const plain = await covered(page);
  await page.getByTestId("heed").press("Enter");
  await page.getByTestId("edits").waitFor();
  await page.waitForFunction(() => !document.querySelector("[data-testid=heed]"));
  const ran = await runOf(address, "baseline");
  assert.equal(await covered(page), ran.covered("swap"));
  assert.equal((await detailOf(address)).heeds_hazards, true);
  await page.keyboard.press("Escape");
  await page.getByTestId("undo").click();
  await page.waitForFunction(() => !document.querySelector("[data-testid=edits]"));
  assert.equal(await covered(page), plain);
  await page.getByTestId("heed").waitFor();
  await rested(page);
}

export async function closeMarks({ page, step }) {
  step("where marks lie close, a click takes what it points at and offers the other");
  await page.evaluate(() => window.nuanquan.map.jumpTo({ center: [114.0516, 22.5441], zoom: 14 }));
  await settled(page);
  const [one] = await page.evaluate(() => {
    const { map, facilities } = window.nuanquan;
    const all = facilities().map((one) => ({ ...one, at: map.project([one.lng, one.lat]) }));
    const room = (one) => Math.min(...all.filter((other) => other !== one).map((other) => Math.hypot(other.at.x - one.at.x, other.at.y - one.at.y)));
    const { width, height } = map.getCanvas().getBoundingClientRect();
    return all.filter((one) => one.kind === "battery-swap-cabinet" && one.at.x > width * 0.4 && one.at.x < width * 0.6 && one.at.y > height * 0.3 && one.at.y < height * 0.8 && room(one) > 40);
  });
  await clickAt(page, one.lng, one.lat);
  await page.getByTestId("cell-instead").waitFor();
  assert.match(page.url(), new RegExp(`facility=${one.id}(&|$)`));
  await page.getByTestId("cell-instead").press("Enter");
  await page.getByTestId("explained").waitFor();
  const at = await pointOf(page, one.lng, one.lat);
  // Just outside the mark: the cell is meant.
  await page.keyboard.press("Escape");
  await page.mouse.click(at.x + 14, at.y);
  await page.getByTestId("explained").waitFor();
  await page.getByTestId("facility-instead").press("Enter");
  await page.getByTestId("cell-instead").waitFor({ state: "detached" });
  await page.getByTestId("detail").getByRole("button", { name: "移动" }).waitFor();
  assert.match(page.url(), new RegExp(`facility=${one.id}(&|$)`));
  await page.keyboard.press("Escape");

  // A hazard reported beside a cabinet lies over it, and hands on to it.
  const hidden = await page.evaluate(async () => {
    const { map, facilities } = window.nuanquan;
    const { hazards } = await (await fetch("/api/detail")).json();
    const far = (a, b) => Math.hypot(a.lng - b.lng, a.lat - b.lat);
    const all = hazards.flatMap((hazard) => facilities().map((facility) => ({ hazard, facility, far: far(hazard, facility) })));
    const nearest = all.sort((a, b) => a.far - b.far)[0];
    map.jumpTo({ center: [nearest.hazard.lng, nearest.hazard.lat], zoom: 15 });
    return nearest;
  });
  await settled(page);
  await clickAt(page, hidden.hazard.lng, hidden.hazard.lat);
  assert.equal(await page.getByTestId("hazard").getAttribute("data-hazard"), hidden.hazard.id);
  await page.getByTestId("facility-instead").press("Enter");
  await page.getByTestId("hazard").waitFor({ state: "detached" });
  assert.match(page.url(), new RegExp(`facility=${hidden.facility.id}(&|$)`));
  await page.keyboard.press("Escape");
}

export async function districts({ page, address, plan, step, keep, runOf }) {
  step("districts with their equity: sorted, flown to, downloaded as `nuanquan run` writes them");
  const { districts: all } = ofKey((await detailOf(address)).standards, "swap");
  await page.getByTestId("districts").press("Enter");
  const table = page.getByTestId("districts-table");
  await table.waitFor();
  const zones = all.slice(1).filter((one) => one.covered_share !== null);
  const order = () => table.locator("tr[data-zone]").evaluateAll((rows) => rows.map((row) => row.dataset.zone));
  const sorted = (key) => zones.toSorted((a, b) => Number(a[key] === null) - Number(b[key] === null) || a[key] - b[key]).map((one) => one.zone);
  assert.deepEqual(await order(), sorted("covered_share"), "the least covered first");
  const whole = await table.locator("tr.whole").innerText();
  for (const text of [`${(all[0].covered_share * 100).toFixed(1)} %`, all[0].gini.toFixed(3), all[0].palma.toFixed(2)]) assert(whole.includes(text), `${text} in ${whole}`);
  await page.getByTestId("sort-gini").press("Enter");
  assert.deepEqual(await order(), sorted("gini"));
  assert.equal(await table.locator("th[aria-sort=ascending]").innerText(), "基尼系数 ▲");
  await page.getByTestId("sort-covered_share").press("Enter");

  const curve = (which) => table.locator(`path.${which}`).getAttribute("d");
  const points = (text) => text.slice(1).split("L").map((pair) => pair.split(" ").map(Number));
  const drawn = points(await curve("own"));
  assert.equal(drawn.length, all[0].lorenz.length);
  drawn.forEach(([, y], i) => assert(Math.abs(1 - y / 120 - all[0].lorenz[i]) < 0.001, "the curve is the one that was sent"));

  const picked = zones.find((one) => one.zone === sorted("covered_share")[5]);
  await table.locator(`tr[data-zone="${picked.zone}"] button`).press("Enter");
  await settled(page);
  const zone = plan.zones.features.find((one) => one.properties.id === picked.zone);
  const corners = zone.geometry.coordinates.flat(2);
  const within = await page.evaluate((all) => all.every(([x, y]) => window.nuanquan.map.getBounds().contains([x, y])), corners);
  assert(within, "the whole district is in view");
  assert((await shown(page, "zones")).some((one) => one.selected), "its border is drawn");
  assert.notEqual(await curve("own"), await curve("other"));
  await keep("districts");

  const link = await page.getByTestId("districts-csv").getAttribute("href");
  const csv = await (await fetch(new URL(link, address))).text();
  assert.equal(csv, (await runOf(address, "baseline")).table("districts.csv"));
  await table.locator("header button").press("Enter");
  assert.equal(await table.count(), 0);
}

export async function room({ page, address, keep }) {
  const detail = await detailOf(address);
  const { load, supply_of_facilities } = ofKey(detail.standards, "swap-room").capacity;
  /** Those whose capacity is known, with their ids. */
  const facilities = load.facilities.flatMap((one, i) =>
    one?.serves_thousandths == null ? [] : [{ ...one, id: detail.facilities[i], supply: supply_of_facilities[i] }],
  );
  await settled(page);
  const marks = await shown(page, "facility-room");
  const count = (what) => new Set(marks.filter((one) => one.room === what).map((one) => one.id)).size;
  assert(count("overloaded") > 0 && count("overloaded") <= load.n_overloaded);
  assert(count("idle") > 0 && count("idle") <= load.n_idle);
  assert.match(await page.getByTestId("legend").innerText(), /超负荷/);
  await keep("room");
  await page.getByTestId("show-hazards").click();
  // One of each with nothing close by.
  for (const what of ["is_overloaded", "is_idle"]) {
    // Somebody lives around it, so it is joined to a street.
    const ids = facilities.filter((one) => one[what] && one.supply !== null).map((one) => one.id);
    const one = await page.evaluate((wanted) => {
      const { facilities } = window.nuanquan;
      const far = (a, b) => Math.hypot(a.lng - b.lng, a.lat - b.lat);
      const alone = (one) => Math.min(...facilities().filter((other) => other !== one).map((other) => far(one, other)));
      return facilities().filter((one) => wanted.includes(one.id)).sort((a, b) => alone(b) - alone(a))[0];
    }, ids);
    await page.evaluate(([lng, lat]) => window.nuanquan.map.jumpTo({ center: [lng, lat], zoom: 15 }), [one.lng, one.lat]);
    await settled(page);
    const at = await pointOf(page, one.lng, one.lat);
    const ring = usualColor(await pixels(page), at.x + (what === "is_idle" ? 18 : 19), at.y, 1);
    if (what === "is_overloaded") assert(ring.r > ring.g + 80, `an overloaded one has a red ring, not ${told(ring)}`);
    else assert(ring.b > ring.r + 60, `an idle one has a blue ring, not ${told(ring)}`);
    await page.mouse.click(at.x, at.y);
    const card = page.getByTestId("room");
    await card.waitFor();
    assert.equal(await card.getAttribute(what === "is_idle" ? "data-idle" : "data-overloaded"), "true");
    const { asked_thousandths, serves_thousandths } = facilities.find((other) => other.id === one.id);
    const text = await card.innerText();
    const km = (thousandths) => (thousandths / 1e6).toFixed(thousandths < 1e7 ? 2 : 1);
    for (const figure of [km(asked_thousandths), km(serves_thousandths)]) assert(text.includes(figure), `${figure} in ${text}`);
    await page.keyboard.press("Escape");
  }
}
