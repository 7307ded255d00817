/** What is counted at the HTTP front beside whole requests, by the names that kube-apiserver counts under. */
import type { Counter, Histogram, Registry } from "./registry.js";

/** Bytes. */
const eventBounds = [1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 65_536, 131_072];

/** Names that are told as they are; there are too many others. */
const knownUsers: ReadonlySet<string> = new Set([
  "admin",
  "client",
  "kube_proxy",
  "kubelet",
  "system:serviceaccount:kube-system:default",
]);

export class FrontMetrics {
  /** By group, version and kind, as are their sizes. */
  readonly watchEvents: Counter;
  readonly watchEventSizes: Histogram;
  /** By resource. */
  readonly terminatedWatchers: Counter;
  readonly handshakeErrors: { value: number };
  /** By code: streams of a container over a WebSocket of version 5, and ports over a WebSocket. */
  readonly translatedStreams: Counter;
  readonly tunnelledStreams: Counter;
  private readonly users: Counter;

  constructor(registry: Registry) {
    const kind = ["group", "version", "kind"];
    this.watchEvents = registry.counter("apiserver_watch_events_total", "Events that watches over HTTP were sent.", kind);
    this.watchEventSizes = registry.histogram(
      "apiserver_watch_events_sizes",
      "Bytes of the objects in events that watches over HTTP were sent.",
      kind,
      eventBounds,
    );
    this.terminatedWatchers = registry.counter(
      "apiserver_terminated_watchers_total",
      "Watches over HTTP that were cut off because their reader was too slow.",
      ["resource"],
    );
    this.handshakeErrors = registry.counter("apiserver_tls_handshake_errors_total", "TLS handshakes that failed.").of();
    this.translatedStreams = registry.counter(
      "apiserver_stream_translator_requests_total",
      "Commands in containers whose streams came over a WebSocket.",
      ["code"],
    );
    this.tunnelledStreams = registry.counter(
      "apiserver_stream_tunnel_requests_total",
      "Forwarded ports whose connections came over a WebSocket.",
      ["code"],
    );
    this.users = registry.counter("authenticated_user_requests", "Requests by who asked.", ["username"]);
  }

  asked(user: string): void {
    const name = knownUsers.has(user) ? user : user.includes("@") ? "email_id" : "other";
    this.users.of(name).value += 1;
  }
}
