use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use graph::{
    ArcCost, EdgeId, EdgeSpec, Metric, NodeId, OsmNodeId, OsmWayId, StreetGraph,
    StreetGraphBuilder, WayFacts,
};
use units::{Length, LngLat, Speed, TravelTime};

use crate::input::Input;

/// A street network as plain numbers, so that what the guard counts depends on no importer.
#[derive(Clone, Debug, Default)]
pub struct PinnedNetwork {
    nodes: Vec<LngLat>,
    edges: Vec<PinnedEdge>,
}

#[derive(Clone, Copy, Debug)]
struct PinnedEdge {
    start: u32,
    end: u32,
    length_mm: u32,
    way_start_mm: u32,
    /// Zero where it is closed.
    forward_mm_per_s: u32,
    backward_mm_per_s: u32,
}

impl PinnedNetwork {
    /// The committed one.
    ///
    /// # Errors
    /// When the file is not what it was.
    pub fn committed() -> Result<Self> {
        let path = Self::path();
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("could not read `{}`", path.display()))?;
        Self::parse(&text).with_context(|| format!("could not read `{}`", path.display()))
    }

    /// Where it is committed.
    pub fn path() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("pinned/shenzhen-futian.txt")
    }

    /// The original nodes and the edges of an input, copies left out.
    pub fn of(input: &Input) -> Self {
        let (graph, metric) = (&input.graph, &input.metric);
        let nodes = (0..graph.n_original_nodes())
            .map(|node| graph.node_position(NodeId::from_index(node)))
            .collect();
        let mm_per_s = |edge: EdgeId, forward: bool| {
            let mut arcs = graph.origin_arcs(edge).iter();
            arcs.find(|&&arc| graph.arc_is_forward(arc) == forward)
                .and_then(|&arc| metric.arc_speed(arc))
                .map_or(0, Speed::as_mm_per_s)
        };
        let edges = graph.edges().map(|edge| {
            let (start, end) = graph.edge_ends(edge);
            PinnedEdge {
                start: start.as_u32(),
                end: end.as_u32(),
                length_mm: graph.edge_length(edge).as_mm(),
                way_start_mm: graph.edge_way_start(edge).as_mm(),
                forward_mm_per_s: mm_per_s(edge, true),
                backward_mm_per_s: mm_per_s(edge, false),
            }
        });
        Self {
            nodes,
            edges: edges.collect(),
        }
    }

    /// One line per node, then one per edge.
    pub fn text(&self) -> String {
        let mut text = String::from(
            "# © OpenStreetMap contributors, ODbL 1.0; made from data/shenzhen/shenzhen-futian-2024.osm.pbf:\n\
             # cut at junctions, speeds of the rider, shapes and copies of nodes left out.\n\
             # n lng_e7 lat_e7\n\
             # e start end length_mm way_start_mm forward_mm_per_s backward_mm_per_s\n",
        );
        for node in &self.nodes {
            writeln!(text, "n {} {}", node.lng_e7(), node.lat_e7()).expect("a string takes all");
        }
        for edge in &self.edges {
            writeln!(
                text,
                "e {} {} {} {} {} {}",
                edge.start,
                edge.end,
                edge.length_mm,
                edge.way_start_mm,
                edge.forward_mm_per_s,
                edge.backward_mm_per_s
            )
            .expect("a string takes all");
        }
        text
    }

    /// What [`text`](Self::text) wrote.
    ///
    /// # Errors
    /// Names the first line that is neither a node nor an edge.
    pub fn parse(text: &str) -> Result<Self> {
        let mut network = Self::default();
        for (number, line) in (1..).zip(text.lines()) {
            let numbers = |rest: &str| -> Result<Vec<i64>> {
                rest.split(' ')
                    .map(|word| {
                        word.parse()
                            .with_context(|| format!("line {number}: `{line}`"))
                    })
                    .collect()
            };
            if let Some(rest) = line.strip_prefix("n ") {
                let &[lng, lat] = &numbers(rest)?[..] else {
                    bail!("line {number}: a node has two numbers, got `{line}`");
                };
                let position = LngLat::from_e7(i32::try_from(lng)?, i32::try_from(lat)?);
                network.nodes.push(position);
            } else if let Some(rest) = line.strip_prefix("e ") {
                let &[start, end, length, way_start, forward, backward] = &numbers(rest)?[..]
                else {
                    bail!("line {number}: an edge has six numbers, got `{line}`");
                };
                network.edges.push(PinnedEdge {
                    start: u32::try_from(start)?,
                    end: u32::try_from(end)?,
                    length_mm: u32::try_from(length)?,
                    way_start_mm: u32::try_from(way_start)?,
                    forward_mm_per_s: u32::try_from(forward)?,
                    backward_mm_per_s: u32::try_from(backward)?,
                });
            } else if !line.starts_with('#') {
                bail!("line {number}: neither a node nor an edge: `{line}`");
            }
        }
        Ok(network)
    }

    /// As a street graph with its metric, nodes and edges in the order of the file.
    ///
    /// # Errors
    /// When an edge names an unknown node.
    pub fn build(&self) -> Result<(StreetGraph, Metric)> {
        let mut builder = StreetGraphBuilder::new();
        for (id, &position) in (0..).zip(&self.nodes) {
            builder.add_node(position, OsmNodeId::new(id));
        }
        for (id, edge) in (0..).zip(&self.edges) {
            builder.add_edge(EdgeSpec {
                start: NodeId::new(edge.start),
                end: NodeId::new(edge.end),
                length: Length::from_mm(edge.length_mm),
                way_start: Length::from_mm(edge.way_start_mm),
                shape: &[],
                way: OsmWayId::new(id),
                name: None,
                facts: WayFacts::default(),
            });
        }
        let graph = builder.build()?;
        let metric = Metric::from_costs(
            &graph,
            |arc, edge| {
                let edge = self.edges[edge.index()];
                let mm_per_s = if graph.arc_is_forward(arc) {
                    edge.forward_mm_per_s
                } else {
                    edge.backward_mm_per_s
                };
                Some(ArcCost {
                    speed: Speed::from_mm_per_s(mm_per_s)?,
                    delay: TravelTime::ZERO,
                })
            },
            |_| None,
        );
        Ok((graph, metric))
    }
}
