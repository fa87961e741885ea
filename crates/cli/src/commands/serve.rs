use std::collections::hash_map::RandomState;
use std::fmt::Write as _;
use std::fs;
use std::hash::{BuildHasher, Hasher};

use anyhow::{Context, anyhow};
use axum::serve::ListenerExt as _;
use server::{Access, State};
use tokio::net::TcpListener;

use crate::args::Serve;
use crate::commands::plan;
use crate::failure::Failure;
use crate::output;

/// `nuanquan serve`.
pub(crate) fn run(args: &Serve) -> Result<(), Failure> {
    let project = plan::load(&args.plan)?;
    let text = fs::read_to_string(&args.plan)
        .with_context(|| format!("could not read plan `{}`", args.plan.display()))?;
    let loopback = args.listen.ip().is_loopback();
    let access = match &args.edit_token {
        None if loopback => Access::ThisMachine,
        Some(token) if token.len() < LEAST_TOKEN => {
            return Err(anyhow!(
                "an edit token of {} characters is easily guessed; give at least {LEAST_TOKEN}",
                token.len()
            )
            .into());
        }
        Some(token) => Access::Token(token.clone()),
        None => Access::Token(made_up_token()),
    };
    let state = State::new(project, text, access.clone())
        .map_err(|error| Failure::NoAnswer(error.to_string()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("could not start")?;
    runtime.block_on(async {
        let listener = TcpListener::bind(args.listen).await.with_context(|| {
            format!(
                "could not listen on `{}`; another program may, so give another --listen",
                args.listen
            )
        })?;
        let address = listener.local_addr().context("could not listen")?;
        if !server::has_page() {
            output::warning("the page is not built; run `cargo xtask web` and build again");
        }
        if let Access::Token(token) = &access {
            output::note(&format!(
                "editing needs this token: http://{address}/#token={token}"
            ));
        }
        output::text(&format!("http://{address}/\n")).map_err(|failure| anyhow!("{failure}"))?;
        output::note("serving; Ctrl-C ends it");
        // Else the end of an answer waits for the word that its beginning has arrived.
        let listener = listener.tap_io(|connection| {
            if let Err(error) = connection.set_nodelay(true) {
                output::warning(&format!("answers may be slow: {error}"));
            }
        });
        axum::serve(listener, server::router(state))
            .with_graceful_shutdown(async {
                // Without a signal to wait for, the server runs until it is ended otherwise.
                if tokio::signal::ctrl_c().await.is_err() {
                    std::future::pending::<()>().await;
                }
            })
            .await
            .context("the server ended")
    })?;
    Ok(())
}

/// Shorter tokens are refused.
const LEAST_TOKEN: usize = 16;

/// 128 bits from the random keys that the standard library asks the operating system for.
fn made_up_token() -> String {
    let mut token = String::new();
    for part in 0..2_u8 {
        let mut hasher = RandomState::new().build_hasher();
        hasher.write_u8(part);
        write!(token, "{:016x}", hasher.finish()).expect("writing to a string cannot fail");
    }
    token
}
