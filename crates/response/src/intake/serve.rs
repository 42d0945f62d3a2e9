use super::web::{Peer, router};
use super::{Inner, keys};
use axum::{Extension, Router};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// Connections at once; a further one waits to be accepted.
const MOST_CONNECTIONS: usize = 1_024;
/// A handshake takes so long at most.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// The head of a request takes so long at most, and so long may a line be idle. An agent speaks twice a minute.
const HEAD: Duration = Duration::from_secs(90);
/// The most bytes of a request's head.
const MOST_HEAD: usize = 32 * 1024;
/// A request takes so long at most from its head to its answer, waiting lines included.
const REQUEST: Duration = Duration::from_secs(90);
/// After the stop, so long may requests take to end.
const LAST_CALL: Duration = Duration::from_secs(5);

/// Accepts connections until `shutdown`; then lets the open ones end.
pub async fn serve(inner: Arc<Inner>, listener: TcpListener, config: ServerConfig, shutdown: impl Future<Output = ()>) {
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let routes = router(inner.clone());
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut connections = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        let place = tokio::select! {
            () = &mut shutdown => break,
            place = room.clone().acquire_owned() => place,
        };
        let Ok(place) = place else { break };
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => accepted,
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, address)) => {
                let (acceptor, routes, stopping) = (acceptor.clone(), routes.clone(), inner.stopping.subscribe());
                connections.spawn(async move {
                    connection(stream, address, acceptor, routes, stopping).await;
                    drop(place);
                });
            }
            Err(error) => {
                // Too many open files, most likely: others will close theirs.
                tracing::warn!(error = %error, "an agent could not be let in: {error}");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
    inner.stopping.send_replace(true);
    let end = async { while connections.join_next().await.is_some() {} };
    if timeout(LAST_CALL, end).await.is_err() {
        connections.shutdown().await;
    }
}

async fn connection(
    stream: TcpStream,
    address: SocketAddr,
    acceptor: TlsAcceptor,
    routes: Router,
    mut stopping: watch::Receiver<bool>,
) {
    let stream = match timeout(HANDSHAKE, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            tracing::debug!(%address, "no handshake with {address}: {error}");
            return;
        }
        Err(_) => return,
    };
    let certificate = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
    let peer = Peer { address: address.ip(), fingerprint: certificate.map(keys::fingerprint) };
    let service = TowerToHyperService::new(routes.layer(Extension(peer)).layer(axum::middleware::from_fn(within)));
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(MOST_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(LAST_CALL, connection).await;
}

/// Gives up on a request that does not end in time, such as one whose body never comes.
async fn within(request: axum::extract::Request, next: axum::middleware::Next) -> axum::response::Response {
    use axum::response::IntoResponse as _;
    let reply = timeout(REQUEST, next.run(request)).await;
    reply.unwrap_or_else(|_| axum::http::StatusCode::REQUEST_TIMEOUT.into_response())
}
