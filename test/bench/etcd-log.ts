/**
 * Durable writes of 1 KB into etcd on a real disk, without the wire: what its chart, its store and its log cost. On the
 * disk of the directory for temporary files.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { etcdDefinition } from "../../actors/etcd/definition.js";
import type { Disk } from "../../actors/etcd/io/disk.js";
import { memoryDisk } from "../../actors/etcd/io/memory-disk.js";
import { openRealDisk } from "../../actors/etcd/io/real-disk.js";
import { Component } from "../../src/actor/component.js";
import type { ActorDefinition } from "../../src/actor/define.js";
import type { Clock } from "../../src/actor/host.js";
import { seededRandom } from "../../src/actor/random.js";
import type { Bench, Figure } from "./figure.js";

const clock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, callback) => setTimeout(callback, delayMs),
  cancel: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

interface Measured {
  readonly clients: number;
  readonly writes: number;
  readonly seconds: number;
  readonly writesPerSecond: number;
  /** Time that the thread computed, per write. */
  readonly cpuMicrosecondsPerWrite: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly syncs: number;
}

async function serve(disk: Disk): Promise<Component> {
  const ended = (error?: Error) => {
    if (error !== undefined) throw error;
  };
  const surroundings = {
    address: "etcd/0" as const,
    incarnation: 1,
    clock,
    random: seededRandom("bench"),
    trace: () => undefined,
    ended,
  };
  const component = new Component(etcdDefinition as ActorDefinition<unknown>, surroundings);
  component.start({ disk });
  for (let tries = 0; component.inspect().charts.length < 2 && tries < 1000; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return component;
}

function write(component: Component, clients: number, forMs: number, keys: number): Promise<Measured> {
  const chart = component.host.charts.get("etcd");
  const value = `{"data":"${"x".repeat(1013)}"}`;
  const latencies: number[] = [];
  let writes = 0;
  let running = clients;
  const startedMs = performance.now();
  const cpu = process.cpuUsage();
  return new Promise((resolve, reject) => {
    const next = () => {
      const sentMs = performance.now();
      const key = `/registry/configmaps/default/bench-${(writes * 7919) % keys}`;
      const ok = () => {
        const nowMs = performance.now();
        latencies.push(nowMs - sentMs);
        writes += 1;
        // Not inside of etcd's own turn, as a message would not be.
        if (nowMs - startedMs < forMs) queueMicrotask(next);
        else {
          running -= 1;
          if (running === 0) finish(nowMs);
        }
      };
      const error = (failure: { message: string }) => reject(new Error(failure.message));
      chart?.send({
        type: "put",
        request: { key, value },
        respond: { ok, error },
        from: "apiserver/0",
        fromIncarnation: 1,
        deadlineMs: 0,
      });
    };
    const finish = (nowMs: number) => {
      const { user, system } = process.cpuUsage(cpu);
      latencies.sort((left, right) => left - right);
      const at = (part: number) => Math.round((latencies[Math.floor(latencies.length * part)] ?? 0) * 1000) / 1000;
      const seconds = (nowMs - startedMs) / 1000;
      const status = (told: { syncs: number }) =>
        resolve({
          clients,
          writes,
          seconds: Math.round(seconds * 100) / 100,
          writesPerSecond: Math.round(writes / seconds),
          cpuMicrosecondsPerWrite: Math.round(((user + system) / writes) * 10) / 10,
          p50Ms: at(0.5),
          p99Ms: at(0.99),
          syncs: told.syncs,
        });
      chart?.send({
        type: "status",
        request: {},
        respond: { ok: status, error: reject },
        from: "apiserver/0",
        fromIncarnation: 1,
        deadlineMs: 0,
      });
    };
    for (let client = 0; client < clients; client += 1) next();
  });
}

async function measure(disk: Disk, clients: number): Promise<Measured> {
  const component = await serve(disk);
  await write(component, clients, 500, 10_000);
  const measured = await write(component, clients, 3_000, 10_000);
  component.stop();
  await new Promise((resolve) => setTimeout(resolve, 100));
  return measured;
}

function figureOf(name: string, measured: Measured, where: string): Figure {
  const { clients, seconds, p50Ms, p99Ms, syncs, cpuMicrosecondsPerWrite } = measured;
  return {
    name,
    value: measured.writesPerSecond,
    unit: "1/s",
    includes: `puts of 1 KB by ${clients} clients into etcd's chart ${where}, without the wire, over 10,000 keys, ${seconds} s: p50 ${p50Ms} ms, p99 ${p99Ms} ms, ${syncs} syncs, ${cpuMicrosecondsPerWrite} us of computing each`,
  };
}

export const etcdLog: Bench = {
  name: "etcd-log",
  about: "durable puts of 1 KB into etcd, without the wire",
  async run(): Promise<readonly Figure[]> {
    const figures: Figure[] = [];
    for (const clients of [1, 64, 1024]) {
      const directory = fs.mkdtempSync(path.join(os.tmpdir(), "chartroom-etcd-bench-"));
      const disk = await new Promise<Disk>((resolve, reject) =>
        openRealDisk(directory, (failure, opened) =>
          failure === undefined ? resolve(opened) : reject(new Error(failure.message)),
        ),
      );
      figures.push(figureOf(`etcdDurablePutsPerSecond${clients}`, await measure(disk, clients), "with a real disk"));
      fs.rmSync(directory, { recursive: true, force: true });
    }
    figures.push(figureOf("etcdPutsPerSecondInMemory64", await measure(memoryDisk(), 64), "without a disk"));
    return figures;
  },
};
