import { expect, it } from "vitest";
import type { Facility, Plan } from "../src/api.ts";
import { ofFacilities, ofSites, ofZones } from "../src/map/features.ts";

const facility = (id: string, kind: string) => ({ id, kind, lng: 114, lat: 22.5, closed: false, illustrative: false }) as Partial<Facility> as Facility;
const plan = { kinds: [{ key: "a" }, { key: "b" }] } as Partial<Plan> as Plan;

it("facilities that serve lie on top, numbered by their place in the list", () => {
  const drawn = ofFacilities(plan, [facility("1", "a"), facility("2", "b"), facility("3", "a")], {
    serves: (one) => one.kind === "a",
    selected: "3",
    mark: (kind) => kind.toUpperCase(),
    room: (id) => (id === "1" ? "overloaded" : ""),
  });
  const { properties: of } = drawn.at(-1)!;
  expect(drawn.map((one) => one.id)).toEqual([1, 0, 2]);
  expect([of?.["id"], of?.["selected"], of?.["mark"], of?.["room"]]).toEqual(["3", true, "A", ""]);
  expect(drawn[1]?.properties?.["room"]).toBe("overloaded");
  expect(drawn[0]?.properties?.["color"]).not.toBe(drawn[1]?.properties?.["color"]);
});

it("the site that adds the most is the largest, also where none adds anything", () => {
  const site = (adds_thousandths: number) => ({ id: "s", name: "", lng: 0, lat: 0, adds_thousandths, start_delay_s: 0, illustrative: false, chosen: false });
  const shares = (...adds: number[]) => ofSites(adds.map(site)).features.map((one) => one.properties?.["share"]);
  expect(shares(50, 200)).toEqual([0.25, 1]);
  expect(shares(0)).toEqual([0]);
});

it("one zone is marked by its id", () => {
  const zone = (id: string): GeoJSON.Feature => ({ type: "Feature", properties: { id }, geometry: { type: "MultiPolygon", coordinates: [] } });
  const marked = ofZones({ type: "FeatureCollection", features: [zone("a"), zone("b")] }, "b");
  expect(marked.features.map((one) => one.properties)).toEqual([{ selected: false }, { selected: true }]);
});
