/**
 * One actor's end of the wire: its links, the calls it waits for, the streams it has open. It knows no transport:
 * a driver attaches links as functions that post envelopes.
 */
import { type Address, roleOf } from "./address.js";
import { CallsInFlight, type WireClock } from "./calls.js";
import type { AnyShape, CallShape, CastShape, Declared, MessageTable, Responder, StreamShape } from "./declare.js";
import {
  type DownBody,
  type EndBody,
  type Envelope,
  type EnvelopeKind,
  type Hello,
  type OpenBody,
  protocolVersion,
  type ReplyBody,
} from "./envelope.js";
import { type Outcome, type WireError, wireError } from "./errors.js";
import type { Link, LinkEvent, LinkHandle, Relay } from "./link.js";
import { OpenStreams } from "./open-streams.js";
import { refusal } from "./routes.js";
import {
  AcceptedStream,
  type IncomingStream,
  OpenedStream,
  type StreamPost,
  type StreamReader,
  streamLimits,
} from "./streams.js";

export const endpointLimits = { callsInFlight: 20_000, streams: 20_000, defaultDeadlineMs: 10_000 } as const;

/** What the endpoint needs of its surroundings. */
export interface EndpointHost {
  readonly address: Address;
  readonly incarnation: number;
  readonly clock: WireClock;
  /** The message being handled now, "" outside of one; messages sent meanwhile name it as their cause. */
  cause(): string;
  /** Runs `work` with `cause` as the message being handled. */
  because(cause: string, work: () => void): void;
  /** Every envelope that passes this end, for the trace. */
  passed(direction: "sent" | "received" | "relayed" | "dropped", envelope: Envelope, why?: string): void;
  /** A declared message that this actor accepts, as the event its chart knows. */
  accept(event: { readonly type: string }): void;
  link(event: LinkEvent): void;
}

export interface CallOptions<Reply> {
  readonly deadlineMs?: number;
  readonly onOutcome: (outcome: Outcome<Reply>) => void;
}

export class Endpoint {
  private readonly links = new Map<Address, Link>();
  private readonly calls: CallsInFlight;
  private readonly streams = new OpenStreams(endpointLimits.streams);
  private correlations = 0;
  private messages = 0;
  private relayer: Relay | undefined;

  constructor(
    private readonly host: EndpointHost,
    private readonly accepts: MessageTable,
  ) {
    this.calls = new CallsInFlight(host.clock, endpointLimits.callsInFlight);
  }

  /** Gives an API server's endpoint what to do with envelopes for others. */
  relayWith(relay: Relay): void {
    this.relayer = relay;
  }

  /** Peers whose handshake is done, in the order they were linked. */
  peers(): Address[] {
    return [...this.links.values()].filter((link) => link.peerIncarnation !== undefined).map((link) => link.peer);
  }

  inFlight(): Array<{ correlation: number; to: Address; name: string }> {
    return this.calls.list();
  }

  /** Opens a link to `peer`. An older link to the same peer is lost by this. */
  attach(peer: Address, post: (envelope: Envelope) => void): LinkHandle {
    this.drop(peer, "replaced by a new link");
    const link: Link = { peer, post, sent: 0, received: 0, peerIncarnation: undefined };
    this.links.set(peer, link);
    const hello: Hello = { protocolVersion };
    this.post(link, { kind: "hello", to: peer, name: "hello", correlation: 0, fromOpener: true, deadlineMs: 0, body: hello });
    return {
      receive: (envelope) => {
        if (this.links.get(peer) === link) this.receive(link, envelope);
        else this.host.passed("dropped", envelope, "its link is gone");
      },
      lost: (reason) => {
        if (this.links.get(peer) === link) this.drop(peer, reason);
      },
    };
  }

  /** Asks and is told the outcome once: the reply, an error of the receiver, or an error of the wire. */
  call<Request, Reply>(
    to: Address,
    message: Declared<CallShape<Request, Reply>>,
    request: Request,
    options: CallOptions<Reply>,
  ): number {
    const correlation = ++this.correlations;
    const deadlineMs = options.deadlineMs ?? message.deadlineMs ?? endpointLimits.defaultDeadlineMs;
    const link = this.towards(to);
    const failed =
      this.cannotSend(to, message, link) ?? (this.calls.full ? wireError("overloaded", "too many calls in flight") : undefined);
    if (link === undefined || failed !== undefined) {
      options.onOutcome({ ok: false, error: failed ?? wireError("unreachable", `${to} has no link`) });
      return correlation;
    }
    const onOutcome = options.onOutcome as (outcome: Outcome<unknown>) => void;
    const cause = this.host.cause();
    // The outcome may come from a timer or a lost link: what then follows was still caused by what led to the call.
    const told = (outcome: Outcome<unknown>) =>
      this.host.cause() === "" ? this.host.because(cause, () => onOutcome(outcome)) : onOutcome(outcome);
    this.calls.add(correlation, { to, via: link.peer, name: message.name, deadlineMs, onOutcome: told });
    this.post(link, { kind: "call", to, name: message.name, correlation, fromOpener: true, deadlineMs, body: request });
    return correlation;
  }

  /** Gives a call up; its outcome will not be told. */
  abandon(correlation: number): void {
    this.calls.forget(correlation);
  }

  /** Says without expecting an answer. An unreachable receiver is visible in the trace only. */
  cast<Body>(to: Address, message: Declared<CastShape<Body>>, body: Body): void {
    const link = this.towards(to);
    if (link === undefined || this.cannotSend(to, message, link) !== undefined) return;
    this.post(link, { kind: "cast", to, name: message.name, correlation: 0, fromOpener: true, deadlineMs: 0, body });
  }

  /** Opens a stream. When it cannot be opened, the reader's `onEnd` says why. */
  open<Request, Down, Up>(
    to: Address,
    message: Declared<StreamShape<Request, Down, Up>>,
    request: Request,
    reader: StreamReader<Down> & { manualCredit?: boolean },
  ): IncomingStream<Up> {
    const correlation = ++this.correlations;
    const link = this.towards(to);
    const failed =
      this.cannotSend(to, message, link) ?? (this.streams.full ? wireError("overloaded", "too many open streams") : undefined);
    const post = this.streamPost(link, { address: to, incarnation: 0 }, message.name, correlation, true);
    const stream = new OpenedStream<Down, Up>(post, reader, reader.manualCredit ?? false, () =>
      this.streams.forgetOpened(correlation),
    );
    if (link === undefined || failed !== undefined) {
      stream.lost(failed ?? wireError("unreachable", `${to} has no link`));
      return stream;
    }
    this.streams.addOpened(correlation, { peer: to, via: link.peer, end: stream });
    const body: OpenBody = { request, credits: streamLimits.credits };
    this.post(link, { kind: "open", to, name: message.name, correlation, fromOpener: true, deadlineMs: 0, body });
    return stream;
  }

  /** Hands an envelope on to where it is addressed; for the relay of an API server. False when there is no link. */
  forward(envelope: Envelope, through: Address): boolean {
    const link = this.links.get(through);
    if (link?.peerIncarnation === undefined) return false;
    const relayed: Envelope = { ...envelope, sequence: ++link.sent };
    this.host.passed("relayed", relayed);
    link.post(relayed);
    return true;
  }

  /** Answers an envelope that cannot be delivered, in the name of whom it was for. */
  bounce(envelope: Envelope, error: WireError, via: Address): void {
    const link = this.links.get(via);
    this.host.passed("dropped", envelope, error.message);
    if (link === undefined || (envelope.kind !== "call" && envelope.kind !== "open")) return;
    const kind = envelope.kind === "call" ? "reply" : "end";
    const body: ReplyBody | EndBody = kind === "reply" ? { ok: false, error } : { error };
    const { name, correlation } = envelope;
    this.post(link, {
      kind,
      to: envelope.from,
      toIncarnation: envelope.fromIncarnation,
      name,
      correlation,
      fromOpener: false,
      deadlineMs: 0,
      body,
    });
  }

  /** Tells every link but `except` that an actor behind this one went away. What an API server said, no other is told again. */
  announceDown(gone: Address, except?: Address): void {
    const body: DownBody = { address: gone };
    const saidByApiserver = except !== undefined && roleOf(except) === "apiserver";
    for (const link of [...this.links.values()]) {
      if (link.peer === except || link.peer === gone || link.peerIncarnation === undefined) continue;
      if (saidByApiserver && roleOf(link.peer) === "apiserver") continue;
      this.post(link, { kind: "down", to: link.peer, name: "down", correlation: 0, fromOpener: true, deadlineMs: 0, body });
    }
  }

  /** The peer over which `to` is reached: itself, or the API server this actor is attached to. */
  private towards(to: Address): Link | undefined {
    const direct = this.links.get(to);
    if (direct?.peerIncarnation !== undefined) return direct;
    if (roleOf(this.host.address) === "apiserver") {
      const through = this.relayer?.towards?.(to);
      return through === undefined ? undefined : this.links.get(through);
    }
    for (const link of this.links.values()) {
      if (link.peerIncarnation !== undefined && roleOf(link.peer) === "apiserver") return link;
    }
    return undefined;
  }

  private cannotSend(to: Address, message: Declared<AnyShape>, link: Link | undefined): WireError | undefined {
    if (message.role !== roleOf(to))
      return wireError("unsupported", `${to} does not accept ${message.name}, which is ${message.role}'s`);
    const refused = refusal(this.host.address, to, message.name);
    if (refused !== undefined) return wireError("refused", refused);
    return link === undefined ? wireError("unreachable", `${this.host.address} has no link towards ${to}`) : undefined;
  }

  private post(link: Link, part: Part): void {
    const envelope: Envelope = {
      kind: part.kind,
      from: this.host.address,
      fromIncarnation: this.host.incarnation,
      to: part.to,
      toIncarnation: part.toIncarnation ?? 0,
      name: part.name,
      correlation: part.correlation,
      fromOpener: part.fromOpener,
      sequence: ++link.sent,
      cause: this.host.cause(),
      id: `${this.host.address}#${this.host.incarnation}.${++this.messages}`,
      deadlineMs: part.deadlineMs,
      body: part.body,
    };
    this.host.passed("sent", envelope);
    link.post(envelope);
  }

  private receive(link: Link, envelope: Envelope): void {
    if (envelope.sequence !== link.received + 1) {
      this.host.passed("dropped", envelope, `expected sequence ${link.received + 1}`);
      this.drop(link.peer, `sequence ${envelope.sequence} came after ${link.received}`);
      return;
    }
    link.received = envelope.sequence;
    if (envelope.kind === "hello") {
      this.host.passed("received", envelope);
      this.greeted(link, envelope);
    } else if (envelope.to !== this.host.address) {
      if (this.relayer === undefined)
        this.bounce(envelope, wireError("unreachable", `${this.host.address} relays nothing`), link.peer);
      else this.relayer.relay(envelope, link.peer);
    } else if (envelope.toIncarnation !== 0 && envelope.toIncarnation !== this.host.incarnation) {
      this.host.passed("dropped", envelope, `it answers incarnation ${envelope.toIncarnation}`);
    } else {
      this.host.passed("received", envelope);
      this.host.because(envelope.id, () => this.handle(link, envelope));
    }
  }

  private greeted(link: Link, envelope: Envelope): void {
    const theirs = (envelope.body as Hello).protocolVersion;
    if (theirs !== protocolVersion) {
      this.drop(link.peer, `it speaks protocol version ${theirs}, not ${protocolVersion}`);
      return;
    }
    link.peerIncarnation = envelope.fromIncarnation;
    this.host.because(envelope.id, () =>
      this.host.link({ type: "link.up", peer: link.peer, peerIncarnation: envelope.fromIncarnation }),
    );
  }

  private handle(link: Link, envelope: Envelope): void {
    switch (envelope.kind) {
      case "call":
      case "cast":
      case "open":
        this.accept(link, envelope);
        return;
      case "reply": {
        const body = envelope.body as ReplyBody;
        if (!this.calls.settle(envelope.correlation, body)) this.host.passed("dropped", envelope, "nobody waits for this reply");
        return;
      }
      case "down":
        this.gone((envelope.body as DownBody).address);
        if (roleOf(this.host.address) === "apiserver") this.announceDown((envelope.body as DownBody).address, link.peer);
        return;
      default:
        if (!this.streams.handle(envelope)) this.host.passed("dropped", envelope, "its stream is over");
    }
  }

  private accept(link: Link, envelope: Envelope): void {
    const { from, fromIncarnation, name: type, body } = envelope;
    const declared = this.accepts[type];
    const shape = kindOfShape[envelope.kind];
    if (declared === undefined || declared.shape !== shape) {
      this.bounce(
        envelope,
        wireError("unsupported", `${this.host.address} accepts no ${envelope.kind} named ${type}`),
        link.peer,
      );
      return;
    }
    const refused = refusal(from, this.host.address, type);
    if (refused !== undefined) {
      this.bounce(envelope, wireError("refused", refused), link.peer);
      return;
    }
    if (envelope.kind === "cast") {
      this.host.accept({ type, body, from, fromIncarnation } as { type: string });
    } else if (envelope.kind === "call") {
      const respond = this.responder(link, envelope);
      this.host.accept({ type, request: body, respond, deadlineMs: envelope.deadlineMs, from, fromIncarnation } as {
        type: string;
      });
    } else {
      const { request, credits } = body as OpenBody;
      const post = this.streamPost(link, { address: from, incarnation: fromIncarnation }, type, envelope.correlation, false);
      const stream = new AcceptedStream<unknown, unknown>(credits, post, () => this.streams.forgetAccepted(envelope));
      this.streams.addAccepted(envelope, { peer: from, via: link.peer, end: stream });
      this.host.accept({ type, request, stream, from, fromIncarnation } as { type: string });
    }
  }

  private responder(link: Link, call: Envelope): Responder<unknown> {
    let answered = false;
    const answer = (body: ReplyBody) => {
      if (answered || this.links.get(link.peer) !== link) {
        this.host.passed("dropped", call, answered ? "it was answered already" : "the caller's link is gone");
        return;
      }
      answered = true;
      const { from: to, fromIncarnation: toIncarnation, name, correlation } = call;
      this.post(link, { kind: "reply", to, toIncarnation, name, correlation, fromOpener: false, deadlineMs: 0, body });
    };
    return { ok: (reply) => answer({ ok: true, reply }), error: (error) => answer({ ok: false, error }) };
  }

  private streamPost(
    link: Link | undefined,
    peer: { address: Address; incarnation: number },
    name: string,
    correlation: number,
    fromOpener: boolean,
  ): StreamPost {
    const send = (kind: EnvelopeKind, body: unknown) => {
      if (link === undefined || this.links.get(link.peer) !== link) return;
      this.post(link, {
        kind,
        to: peer.address,
        toIncarnation: peer.incarnation,
        name,
        correlation,
        fromOpener,
        deadlineMs: 0,
        body,
      });
    };
    return {
      chunk: (chunk) => send("chunk", chunk),
      credit: (count) => send("credit", count),
      end: (error) => send("end", { error } satisfies EndBody),
      cancel: () => send("cancel", null),
    };
  }

  private drop(peer: Address, reason: string): void {
    const link = this.links.get(peer);
    if (link === undefined) return;
    this.links.delete(peer);
    this.calls.lose((call) => call.via === peer);
    this.streams.lose((stream) => stream.via === peer, `the link to ${peer} is gone: ${reason}`);
    if (roleOf(this.host.address) === "apiserver") this.announceDown(peer);
    if (link.peerIncarnation !== undefined) this.host.link({ type: "link.down", peer, reason });
  }

  /** An actor behind the API server went away: nothing that waits for it will be answered. */
  private gone(peer: Address): void {
    this.calls.lose((call) => call.to === peer);
    this.streams.lose((stream) => stream.peer === peer, `${peer} went away`);
  }
}

/** What differs between the envelopes that one actor posts. */
type Part = Pick<Envelope, "kind" | "to" | "name" | "correlation" | "fromOpener" | "deadlineMs" | "body"> & {
  toIncarnation?: number;
};

const kindOfShape: Partial<Record<EnvelopeKind, AnyShape["shape"]>> = { call: "call", cast: "cast", open: "stream" };
