//! What an isochrone takes over HTTP: the built program serves a plan on this machine, and many places
//! are asked for over one connection, as the page and other programs do.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::command::release_binary;

/// Places asked for; those beside no street are left out and counted.
const N_PLACES: u32 = 300;
/// First so many answers are not counted: the server lays out the city meanwhile.
const N_WARM: usize = 40;

/// What is asked for at each place: its name, the rest of the question, and the bar of the demo.
const QUESTIONS: [(&str, &str, Option<Duration>); 4] = [
    (
        "outline, 15 min by rider",
        "limit=15min&profile=rider",
        Some(Duration::from_millis(3)),
    ),
    (
        "outline towards, 5 min by rider",
        "limit=5min&profile=rider&toward=true",
        Some(Duration::from_millis(3)),
    ),
    (
        "outline and streets, 15 min by rider",
        "limit=15min&profile=rider&what=outline,streets",
        None,
    ),
    (
        "cells, 15 min by rider",
        "limit=15min&profile=rider&what=cells",
        None,
    ),
];

/// One question at many places.
pub(crate) struct Served {
    pub(crate) what: String,
    /// What the median must stay under.
    pub(crate) bar: Option<Duration>,
    /// In ascending order.
    pub(crate) times: Vec<Duration>,
    /// Length of the answer in the median, in bytes.
    pub(crate) n_bytes: usize,
    /// Places that lie beside no street.
    pub(crate) n_nowhere: usize,
}

/// Serves a plan with the optimised program and prints what isochrones take.
pub(crate) fn run(plan: &str) -> Result<()> {
    let served = measure(&release_binary()?, Path::new(plan))?;
    println!("\n{}", table(&served));
    Ok(())
}

/// Serves a plan and asks for isochrones all over its study area.
pub(crate) fn measure(program: &Path, plan: &Path) -> Result<Vec<Served>> {
    let server = Server::start(program, plan)?;
    let mut line = Line::to(&server.address)?;
    let (status, body) = line.ask("/api/plan")?;
    ensure!(
        status == 200,
        "the plan has no description (status {status})"
    );
    let described: serde_json::Value = serde_json::from_slice(&body)?;
    let bounds = described["bounds"].as_array();
    let bounds: Vec<f64> = bounds
        .into_iter()
        .flatten()
        .filter_map(serde_json::Value::as_f64)
        .collect();
    let &[west, south, east, north] = &bounds[..] else {
        bail!("the plan names no bounds");
    };
    // Spread evenly, in no order along the streets.
    let at = |i: u32| {
        let part = |step: f64| (f64::from(i) * step).fract();
        let lng = west + (east - west) * part(0.754_877_666);
        let lat = south + (north - south) * part(0.569_840_290);
        format!("{lng:.6},{lat:.6}")
    };
    QUESTIONS
        .iter()
        .map(|&(what, question, bar)| {
            let (mut times, mut sizes, mut n_nowhere) = (Vec::new(), Vec::new(), 0);
            for place in (0..N_PLACES).map(at) {
                let path = format!("/api/isochrone?at={place}&{question}");
                let start = Instant::now();
                let (status, body) = line.ask(&path)?;
                let time = start.elapsed();
                match status {
                    200 => {
                        times.push(time);
                        sizes.push(body.len());
                    }
                    422 => n_nowhere += 1,
                    _ => bail!("{path}: {}", String::from_utf8_lossy(&body)),
                }
            }
            ensure!(
                times.len() > 2 * N_WARM,
                "{what}: hardly any place lies beside a street"
            );
            times.drain(..N_WARM);
            times.sort_unstable();
            sizes.sort_unstable();
            Ok(Served {
                what: what.to_owned(),
                bar,
                n_bytes: sizes[sizes.len() / 2],
                times,
                n_nowhere,
            })
        })
        .collect()
}

/// The figures as a table in Markdown.
pub(crate) fn table(all: &[Served]) -> String {
    let mut text = String::from(
        "| isochrone over HTTP, one connection | median | p95 | bar | answer | places |\n\
         |---|---|---|---|---|---|\n",
    );
    let ms = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1e3);
    for one in all {
        writeln!(
            text,
            "| {} | {} | {} | {} | {} kB | {} and {} beside no street |",
            one.what,
            ms(one.median()),
            ms(one.times[one.times.len() * 95 / 100]),
            one.bar.map_or_else(|| "–".to_owned(), ms),
            one.n_bytes / 1_000,
            one.times.len(),
            one.n_nowhere,
        )
        .expect("writing to a string cannot fail");
    }
    text
}

impl Served {
    pub(crate) fn median(&self) -> Duration {
        self.times[self.times.len() / 2]
    }
}

/// The program, serving; ended when this is dropped.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(program: &Path, plan: &Path) -> Result<Self> {
        let mut process = Command::new(program)
            .arg("serve")
            .arg(plan)
            .args(["--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("could not start the program")?;
        let told = process.stdout.take().context("its output is a pipe")?;
        let mut url = String::new();
        // Ended from here on, whatever happens.
        let mut server = Self {
            process,
            address: String::new(),
        };
        BufReader::new(told).read_line(&mut url)?;
        let address = url.trim().strip_prefix("http://");
        let address = address.and_then(|rest| rest.strip_suffix('/'));
        address
            .with_context(|| format!("`nuanquan serve {}` said `{url}`", plan.display()))?
            .clone_into(&mut server.address);
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One connection, kept open.
struct Line {
    host: String,
    stream: BufReader<TcpStream>,
}

impl Line {
    fn to(host: &str) -> Result<Self> {
        let stream = TcpStream::connect(host).context("could not reach the server")?;
        stream.set_nodelay(true)?;
        Ok(Self {
            host: host.to_owned(),
            stream: BufReader::new(stream),
        })
    }

    /// Status and body of an answer.
    fn ask(&mut self, path: &str) -> Result<(u16, Vec<u8>)> {
        let question = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.host);
        self.stream.get_mut().write_all(question.as_bytes())?;
        let mut status_line = String::new();
        self.stream.read_line(&mut status_line)?;
        let status = status_line.split(' ').nth(1).and_then(|s| s.parse().ok());
        let status = status.with_context(|| format!("no answer but `{status_line}`"))?;
        let mut length = None;
        loop {
            let mut header = String::new();
            self.stream.read_line(&mut header)?;
            if header.trim().is_empty() {
                break;
            }
            let (name, value) = header.split_once(':').unwrap_or_default();
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse::<usize>().ok();
            }
        }
        let length = length.context("an answer does not say how long it is")?;
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok((status, body))
    }
}
