import { randomUUID } from "node:crypto";
import { BroadcastChannel } from "node:worker_threads";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Threads } from "../../src/thread/threads.js";
import type { Address } from "../../src/wire/address.js";
import { until } from "../support/until.js";
import type { Order } from "./stubs/asker.js";

interface Heard {
  readonly type?: string;
  readonly peer?: string;
  readonly incarnation: number;
  readonly outcome?: { ok: boolean; reply?: { object: string }; error?: { code: string; message: string } };
}

/** A cluster of stand-ins, and the ear of the test in its asker. */
class Bench {
  readonly heard: Heard[] = [];
  readonly events: string[] = [];
  readonly threads: Threads;
  private readonly orders: BroadcastChannel;
  private readonly ear: BroadcastChannel;
  private waiting: (() => void) | undefined;

  constructor(apiservers: number) {
    const channel = randomUUID();
    this.orders = new BroadcastChannel(`${channel}-orders`);
    this.ear = new BroadcastChannel(`${channel}-heard`);
    this.ear.onmessage = (message) => {
      this.heard.push((message as { data: Heard }).data);
      this.waiting?.();
    };
    const plan = (address: Address, stub: string) => ({
      address,
      entry: new URL(`./stubs/${stub}.js`, import.meta.url),
      equip: () => ({ settings: { channel } }),
      heapMostMegabytes: 64,
    });
    const note = (text: string) => {
      this.events.push(text);
      this.waiting?.();
    };
    this.threads = new Threads(
      [...Array.from({ length: apiservers }, (_, index) => plan(`apiserver/${index}`, "relay")), plan("kubelet/node-1", "asker")],
      {
        started: (actor, incarnation) => note(`started ${actor} ${incarnation}`),
        crashed: (actor, reason) => note(`crashed ${actor}: ${reason}`),
        gaveUp: (actor, error) => note(`gave up ${actor}: ${error}`),
      },
    );
    this.threads.begin();
  }

  /** Gives an order and waits for its outcome. */
  async ask(order: Order): Promise<NonNullable<Heard["outcome"]>> {
    const before = this.heard.length;
    this.orders.postMessage(order);
    await this.until(`an outcome of ${order.do}`, () => this.heard.slice(before).some((each) => each.outcome !== undefined));
    return this.heard.slice(before).find((each) => each.outcome !== undefined)?.outcome as NonNullable<Heard["outcome"]>;
  }

  order(order: Order): void {
    this.orders.postMessage(order);
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    const deadline = performance.now() + 10_000;
    while (!holds()) {
      if (performance.now() > deadline)
        assert.unreachable(`${what} did not come; heard ${JSON.stringify([this.heard, this.events])}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 200);
        this.waiting = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  linkUps(): Heard[] {
    return this.heard.filter((each) => each.type === "link.up");
  }

  async close(): Promise<void> {
    await this.threads.stop();
    this.orders.close();
    this.ear.close();
  }
}

const test = suite("threads");

test("an actor is linked to its API server, asks it and is answered", async () => {
  const bench = new Bench(1);
  await bench.until("the link", () => bench.linkUps().length === 1);
  const outcome = await bench.ask({ do: "get", name: "any" });
  assert.equal(JSON.parse(outcome.reply?.object ?? "{}"), {
    apiserver: "apiserver/0",
    incarnation: 1,
    peers: ["kubelet/node-1"],
  });
  await bench.close();
});

test("the route table refuses what may not be said", async () => {
  const bench = new Bench(1);
  await bench.until("the link", () => bench.linkUps().length === 1);
  const etcd = await bench.ask({ do: "askEtcd" });
  assert.is(etcd.error?.code, "refused");
  const otherNode = await bench.ask({ do: "askRuntimeOf", node: "node-2" });
  assert.is(otherNode.error?.code, "refused");
  assert.match(otherNode.error?.message ?? "", "same node only");
  const ownNode = await bench.ask({ do: "askRuntimeOf", node: "node-1" });
  assert.is(ownNode.error?.code, "unreachable", "its own node's runtime may be asked, but does not run here");
  await bench.close();
});

test("a killed actor is restarted as the next incarnation and linked again", async () => {
  const bench = new Bench(1);
  await bench.until("the link", () => bench.linkUps().length === 1);
  bench.threads.kill("kubelet/node-1");
  await bench.until("the link of the second incarnation", () => bench.linkUps().some((each) => each.incarnation === 2));
  assert.is((await bench.ask({ do: "get", name: "any" })).ok, true);
  assert.ok(bench.events.includes("crashed kubelet/node-1: it was killed"), bench.events.join("; "));
  await bench.close();
});

test("a killed API server: calls in flight end indefinite, and its actors are linked to its successor", async () => {
  const bench = new Bench(1);
  await bench.until("the link", () => bench.linkUps().length === 1);
  const lost = bench.ask({ do: "get", name: "silence", deadlineMs: 8_000 });
  await bench.ask({ do: "get", name: "any" }).catch(() => {});
  bench.threads.kill("apiserver/0");
  await bench.until("the second link", () => bench.linkUps().length === 2);
  await lost;
  const codes = bench.heard.map((each) => each.outcome?.error?.code).filter((code) => code !== undefined);
  assert.equal(codes, ["linkLost"]);
  const outcome = await bench.ask({ do: "get", name: "any" });
  assert.is(JSON.parse(outcome.reply?.object ?? "{}").incarnation, 2);
  await bench.close();
});

test("an actor moves to another API server while its own is down", async () => {
  const bench = new Bench(2);
  await bench.until("the link", () => bench.linkUps().length === 1);
  const before = bench.linkUps()[0]?.peer as Address;
  bench.threads.kill(before);
  await bench.until("a link to the other", () => bench.linkUps().some((each) => each.peer !== before));
  assert.is((await bench.ask({ do: "get", name: "any" })).ok, true);
  await bench.close();
});

test("an action that throws is a crash like any other", async () => {
  const bench = new Bench(1);
  await bench.until("the link", () => bench.linkUps().length === 1);
  const outcome = await bench.ask({ do: "get", name: "crash" });
  assert.is(outcome.error?.code, "linkLost");
  await bench.until("the second link", () => bench.linkUps().length === 2);
  assert.ok(
    bench.events.some((event) => event.startsWith("crashed apiserver/0: Error: asked to crash")),
    bench.events.join("; "),
  );
  await bench.close();
});

test("an actor that needs more memory than it may is restarted, and the others live on", async () => {
  const bench = new Bench(1);
  await bench.until("the link", () => bench.linkUps().length === 1);
  bench.order({ do: "exhaustMemory" });
  await bench.until("the second incarnation", () => bench.linkUps().some((each) => each.incarnation === 2));
  assert.ok(
    bench.events.some((event) => event.includes("crashed kubelet/node-1") && event.includes("memory")),
    bench.events.join("; "),
  );
  assert.is(bench.events.filter((event) => event.startsWith("started apiserver/0")).length, 1);
  await bench.close();
});

test("too many crashes in the period are reported and not looped; asked again, the actor starts again", async () => {
  const bench = new Bench(1);
  await bench.until("the link", () => bench.linkUps().length === 1);
  for (let crash = 1; crash <= 8; crash++) {
    bench.threads.kill("kubelet/node-1");
    await bench.until(
      `crash ${crash} and what follows`,
      () =>
        bench.events.includes(`started kubelet/node-1 ${crash + 1}`) || bench.events.some((event) => event.startsWith("gave up")),
    );
  }
  assert.match(bench.events.find((event) => event.startsWith("gave up")) ?? "", /kubelet\/node-1 crashed 8 times within 60 s/);
  assert.equal(
    bench.threads.failures().map((each) => each.actor),
    ["kubelet/node-1"],
  );
  bench.threads.kill("kubelet/node-1");
  await bench.until("a start", () => bench.events.includes("started kubelet/node-1 9"));
  await bench.close();
});

test("an actor that hangs does not hold the others up when all are stopped, and does not answer an inspection", async () => {
  const bench = new Bench(1);
  await bench.until("the link", () => bench.linkUps().length === 1);
  bench.order({ do: "hang" });
  const hangs = async () =>
    (await bench.threads.inspect()).find((each) => each.address === "kubelet/node-1")?.inside === undefined;
  await until("it hangs", hangs);
  const startedMs = performance.now();
  await bench.close();
  assert.ok(performance.now() - startedMs < 5_000);
});

test("inspection tells every actor's state, its charts and its links", async () => {
  const bench = new Bench(1);
  await bench.until("the link", () => bench.linkUps().length === 1);
  const kubelet = (await bench.threads.inspect()).find((each) => each.address === "kubelet/node-1");
  assert.is(kubelet?.state, "running");
  assert.is(kubelet?.attachedTo, "apiserver/0");
  assert.equal(kubelet?.inside?.charts, [{ id: "kubelet", machine: "kubelet", state: "linked" }]);
  assert.equal(kubelet?.inside?.peers, ["apiserver/0"]);
  await bench.close();
  const after = await bench.threads.inspect();
  assert.equal(new Set(after.map((each) => each.state)), new Set(["stopped"]));
});

test.run();
