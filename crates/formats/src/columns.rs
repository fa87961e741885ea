use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// What a column can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Id of the row.
    Id,
    /// Name.
    Name,
    /// Longitude in degrees.
    Lng,
    /// Latitude in degrees.
    Lat,
    /// Longitude and latitude in one value: `114.05,22.54`.
    Position,
    /// Facility kind.
    Kind,
    /// What a facility offers.
    Amenities,
    /// Opening hours in OSM syntax.
    OpeningHours,
    /// How much a facility can serve.
    Capacity,
    /// Time paid on every visit, with its unit.
    StartDelay,
    /// Who runs it.
    Owner,
    /// Since when it stands.
    Opened,
    /// How much demand.
    Demand,
    /// How demand changes over the week, by the name of a pattern.
    Pattern,
    /// Id of a zone.
    Zone,
    /// What zones are put in order by, such as income; only where a plan names the column.
    Rank,
    /// What has become of a report.
    State,
    /// Since when something has been there.
    Since,
    /// What a report says.
    Note,
}

impl Field {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::Id,
        Self::Name,
        Self::Lng,
        Self::Lat,
        Self::Position,
        Self::Kind,
        Self::Amenities,
        Self::OpeningHours,
        Self::Capacity,
        Self::StartDelay,
        Self::Owner,
        Self::Opened,
        Self::Demand,
        Self::Pattern,
        Self::Zone,
        Self::Rank,
        Self::State,
        Self::Since,
        Self::Note,
    ];

    /// The key by which a plan names it.
    pub const fn key(self) -> &'static str {
        self.known_names()[0]
    }

    /// Column names that are understood, the preferred one first.
    ///
    /// Gathered from what Chinese administrations, map services and OSM exports send; a name that
    /// is missing here can always be given in the plan.
    #[expect(clippy::too_many_lines, reason = "a table, one entry for each field")]
    pub const fn known_names(self) -> &'static [&'static str] {
        match self {
            Self::Id => &[
                "id",
                "facility_id",
                "station_id",
                "site_id",
                "demand_id",
                "origin_id",
                "destination_id",
                "osm_id",
                "code",
                "编号",
                "序号",
                "站点编号",
                "设施编号",
                "代码",
                "编码",
                "点位编号",
                "驿站编号",
                "网点编号",
                "设备编号",
                "柜机编号",
                "objectid",
                "fid",
            ],
            Self::Name => &[
                "name",
                "title",
                "名称",
                "站点名称",
                "站名",
                "设施名称",
                "驿站名称",
                "点位名称",
                "驿站名",
                "网点名称",
                "门店名称",
                "店名",
                "机构名称",
                "单位名称",
                "场所名称",
                "柜机名称",
            ],
            Self::Lng => &[
                "lng",
                "lon",
                "long",
                "longitude",
                "x",
                "经度",
                "东经",
                "经度坐标",
                "lng_wgs84",
                "wgs84_lng",
                "wgs84经度",
                "lng_gcj02",
                "gcj02_lng",
                "gcj02经度",
                "高德经度",
                "lng_bd09",
                "bd09_lng",
                "bd09经度",
                "百度经度",
            ],
            Self::Lat => &[
                "lat",
                "latitude",
                "y",
                "纬度",
                "北纬",
                "纬度坐标",
                "lat_wgs84",
                "wgs84_lat",
                "wgs84纬度",
                "lat_gcj02",
                "gcj02_lat",
                "gcj02纬度",
                "高德纬度",
                "lat_bd09",
                "bd09_lat",
                "bd09纬度",
                "百度纬度",
            ],
            Self::Position => &[
                "position",
                "location",
                "coordinates",
                "坐标",
                "经纬度",
                "位置坐标",
                "经纬度坐标",
                "地理坐标",
                "坐标点",
                "百度坐标",
                "高德坐标",
                "经度纬度",
                "经度,纬度",
                "经度，纬度",
                "lnglat",
                "lonlat",
                "lng,lat",
                "latlng",
                "latlon",
                "lat,lng",
                "纬经度",
                "纬度经度",
                "纬度,经度",
            ],
            Self::Kind => &[
                "kind",
                "facility_kind",
                "type",
                "category",
                "类型",
                "设施类型",
                "类别",
                "站点类型",
                "点位类型",
                "服务类型",
            ],
            Self::Amenities => &["amenities", "services", "服务项目", "服务内容", "配套设施"],
            Self::OpeningHours => &[
                "opening_hours",
                "hours",
                "营业时间",
                "开放时间",
                "服务时间",
                "营业时段",
                "开放时段",
                "服务时段",
                "开门时间",
                "运营时间",
            ],
            Self::Capacity => &[
                "capacity",
                "slots",
                "n_slots",
                "seats",
                "charge_count",
                "容量",
                "服务能力",
                "仓位数",
                "座位数",
                "充电桩数",
                "桩数",
                "柜口数",
                "仓数",
                "座位",
                "床位数",
                "容纳人数",
                "可容纳人数",
            ],
            Self::StartDelay => &["start_delay", "停留时间", "换电时间"],
            Self::Owner => &[
                "owner",
                "operator",
                "运营单位",
                "运营商",
                "管理单位",
                "权属",
                "运营企业",
                "主管单位",
                "建设单位",
            ],
            Self::Opened => &[
                "opened",
                "opening_date",
                "start_date",
                "启用日期",
                "建成时间",
                "开业日期",
            ],
            Self::Demand => &[
                "demand",
                "count",
                "weight",
                "riders",
                "orders",
                "population",
                "需求量",
                "人数",
                "骑手数",
                "订单数",
                "人口",
            ],
            Self::Pattern => &["pattern", "demand_class", "时段规律", "需求类型"],
            Self::Zone => &[
                "zone",
                "zone_id",
                "tazid",
                "subdistrict",
                "街道",
                "社区",
                "片区",
                "区域编号",
            ],
            Self::Rank => &["rank"],
            Self::State => &["state", "status", "状态", "处理状态"],
            Self::Since => &[
                "since",
                "reported",
                "date",
                "上报时间",
                "上报日期",
                "发现时间",
            ],
            Self::Note => &["note", "description", "comment", "备注", "描述", "说明"],
        }
    }

    /// Whether two column names are the same but for case, spaces, hyphens, underscores, what stands
    /// in brackets (a unit, a datum) and the marks of a form (`经度*`, `纬度：`).
    pub(crate) fn is_same_name(a: &str, b: &str) -> bool {
        let (a, b) = (fold(a), fold(b));
        !a.is_empty() && a == b
    }

    /// The field that a column of this name is taken for.
    pub fn of_column(name: &str) -> Option<Self> {
        static KNOWN: LazyLock<BTreeMap<String, Field>> = LazyLock::new(|| {
            let names = |field: Field| {
                field
                    .known_names()
                    .iter()
                    .map(move |name| (fold(name), field))
            };
            Field::ALL.into_iter().flat_map(names).collect()
        });
        KNOWN.get(&fold(name)).copied()
    }
}

/// A name without what does not tell it from others.
fn fold(name: &str) -> String {
    let mut depth = 0_u32;
    let outside = name.chars().filter(|c| match c {
        '(' | '（' | '[' | '【' => {
            depth += 1;
            false
        }
        ')' | '）' | ']' | '】' => {
            depth = depth.saturating_sub(1);
            false
        }
        c => {
            let is_mark = matches!(
                c,
                '_' | '-' | '*' | '＊' | ':' | '：' | '\u{200b}' | '\u{feff}'
            );
            depth == 0 && !c.is_whitespace() && !is_mark
        }
    });
    outside.flat_map(char::to_lowercase).collect()
}

/// The key.
impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// Columns that a plan names itself: `columns = { capacity = "充电桩数量" }`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ColumnMap(BTreeMap<Field, String>);

impl ColumnMap {
    /// Names the column of a field.
    #[must_use]
    pub fn with(mut self, field: Field, column: impl Into<String>) -> Self {
        self.0.insert(field, column.into());
        self
    }

    /// The column named for a field.
    pub fn name_of(&self, field: Field) -> Option<&str> {
        self.0.get(&field).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_name_means_one_field() {
        let mut seen: Vec<(String, Field)> = Vec::new();
        for field in Field::ALL {
            for name in field.known_names() {
                let taken = seen
                    .iter()
                    .find(|(other, _)| Field::is_same_name(other, name));
                assert_eq!(taken, None, "`{name}` of {field}");
                seen.push(((*name).to_owned(), field));
            }
        }
        assert!(Field::is_same_name("Opening Hours", "opening_hours"));
        assert!(!Field::is_same_name("lng", "lat"));
    }

    #[test]
    fn a_plan_writes_fields_by_their_keys() {
        for field in Field::ALL {
            let written = serde_json::to_string(&field).unwrap();
            assert_eq!(written, format!("\"{}\"", field.key()));
        }
        let map: ColumnMap = serde_json::from_str(r#"{"capacity": "充电桩数量"}"#).unwrap();
        assert_eq!(map.name_of(Field::Capacity), Some("充电桩数量"));
        assert_eq!(
            map,
            ColumnMap::default().with(Field::Capacity, "充电桩数量")
        );
    }
}
