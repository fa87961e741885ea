// What is seen on a page: pixels, positions, figures.

import { PNG } from "pngjs";

/** Waits until the map has drawn all it has. */
export async function settled(page) {
  await page.evaluate(
    () =>
      new Promise((done) => {
        const { map } = window.nuanquan;
        map.once("idle", done);
        map.triggerRepaint();
      }),
  );
}

/** Waits until what follows an edit is known: reasons, room, districts. */
export async function rested(page) {
  await page.waitForFunction(() => !document.querySelector("[data-testid=gaps]").innerText.includes("…"));
}

export async function covered(page) {
  return Number(await page.getByTestId("covered").getAttribute("data-thousandths"));
}

export async function pixels(page) {
  return PNG.sync.read(await page.screenshot());
}

export async function pointOf(page, lng, lat) {
  const at = await page.evaluate(([x, y]) => window.nuanquan.map.project([x, y]), [lng, lat]);
  const box = await page.getByTestId("map").boundingBox();
  return { x: box.x + at.x, y: box.y + at.y };
}

export async function clickAt(page, lng, lat) {
  const at = await pointOf(page, lng, lat);
  await page.mouse.click(at.x, at.y);
}

/** The colour of a cell around its centre. */
export async function colorAt(page, picture, plan, cell) {
  const at = await pointOf(page, plan.cells.lng[cell], plan.cells.lat[cell]);
  return usualColor(picture, at.x, at.y, 7);
}

/** The most usual colour around a point, so that a street or mark there does not decide. */
export function usualColor(picture, x, y, reach) {
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
export function alike(a, b) {
  let same = 0;
  for (let i = 0; i < a.data.length; i += 4) {
    const far = Math.abs(a.data[i] - b.data[i]) + Math.abs(a.data[i + 1] - b.data[i + 1]) + Math.abs(a.data[i + 2] - b.data[i + 2]);
    if (far < 24) same += 1;
  }
  return same / (a.data.length / 4);
}
