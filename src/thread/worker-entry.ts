/** One component in one worker thread: its clock, its chance, its ports, and the control that its supervisor has of it. */
import { setPriority } from "node:os";
import { type MessagePort, workerData } from "node:worker_threads";
import { apiserverMessages } from "../../actors/apiserver/messages.js";
import { Component } from "../actor/component.js";
import type { ActorDefinition } from "../actor/define.js";
import type { Host } from "../actor/host.js";
import { type Address, nodeOf, roleOf } from "../wire/address.js";
import type { Incoming } from "../wire/declare.js";
import type { Announcement, WorkerBoot } from "./boot.js";
import { exposeControl } from "./control.js";
import { PortLink } from "./port-link.js";
import { realClock, realRandom } from "./real-host.js";
import { SpareTime } from "./spare-time.js";
import { TraceBuffer } from "./trace-buffer.js";

/** How long traced records wait for company before they are handed in. */
const traceDelayMs = 100;

/** As `nice` has it: 0 is ordinary, 19 last. */
const nodesNiceness = 15;

/**
 * Nodes of a real cluster have machines of their own. Here they share this one with the control plane, which goes first: else
 * what a rollout lets dozens of nodes' threads do would keep the rest of it from being scheduled. On Linux a thread has a
 * priority of its own; elsewhere this would be that of the process.
 */
function giveWayToControlPlane(address: Address): void {
  if (process.platform === "linux" && nodeOf(address) !== undefined) setPriority(0, nodesNiceness);
}

/** What the worker of an actor makes its I/O from. */
export interface Place<Settings> {
  readonly settings: Settings;
  readonly host: Host;
  /** Tells the cluster what it must know of this actor. */
  announce(announcement: Announcement): void;
}

/** Runs a component in this worker, from the moment on that its module is loaded. */
export function runWorker<Io, Settings>(
  definition: ActorDefinition<Io>,
  makeIo: (place: Place<Settings>) => Io | Promise<Io>,
): void {
  const { address, incarnation, settings } = workerData as WorkerBoot<Settings>;
  giveWayToControlPlane(address);
  const links = new Map<number, PortLink>();
  const forNodes = new SpareTime();
  let announce: (announcement: Announcement) => void = () => {};
  const announced = new Promise<Announcement>((resolve) => {
    announce = resolve;
  });

  const keepsRing = roleOf(address) === "apiserver";
  const handIn = () => {
    const to = component.host.wire.peers().find((peer) => roleOf(peer) === "apiserver");
    if (to === undefined && !keepsRing) {
      setTimeout(handIn, traceDelayMs).unref();
      return;
    }
    const batch = buffer.take();
    if (batch.records.length === 0) return;
    const own: Incoming<Pick<typeof apiserverMessages, "trace">> = {
      type: "trace",
      from: address,
      fromIncarnation: incarnation,
      body: batch,
    };
    if (keepsRing) component.deliver(own);
    else if (to !== undefined) component.host.wire.cast(to, apiserverMessages.trace, batch);
  };
  const buffer = new TraceBuffer(keepsRing, () => setTimeout(handIn, traceDelayMs).unref());

  const ended = (error?: Error) => {
    handIn();
    for (const link of links.values()) link.flush();
    // Thrown outside of whatever is running, so that it ends this worker as the crash that it is.
    if (error === undefined) setImmediate(() => process.exit(0));
    else
      setImmediate(() => {
        throw error;
      });
  };

  const component = new Component(definition, {
    address,
    incarnation,
    clock: realClock(),
    random: realRandom(),
    trace: buffer.sink,
    tracesMessages: keepsRing,
    ended,
  });

  // What fails before the component runs ends the worker as a crash, as everything that nobody catches.
  const started = (async () => {
    const io = await makeIo({
      settings,
      host: component.host,
      announce: (announcement) => announce(announcement),
    });
    component.start(io);
  })();

  exposeControl({
    // A failure is told by the exit that follows it.
    started: () => started.catch(() => new Promise<void>(() => {})),
    announced: () => announced,
    link: (linkId: number, peer: Address, port: MessagePort) => {
      const link = new PortLink(port, nodeOf(peer) === undefined ? undefined : forNodes);
      links.set(linkId, link);
      link.deliverTo(component.attach(peer, link.post));
      port.on("close", () => links.delete(linkId));
    },
    unlink: (linkId, reason) => links.get(linkId)?.lost(reason),
    stop: () => component.stop(),
    inspect: () => ({
      ...component.inspect(),
      peers: component.host.wire.peers(),
      heapUsedBytes: process.memoryUsage().heapUsed,
      lastNote: buffer.lastNote,
    }),
  });
}
