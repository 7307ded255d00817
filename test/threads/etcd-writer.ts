/**
 * A process to be killed: etcd on a real disk, with clients that write as fast as it acknowledges. Lines on its output:
 * first `found {"0":12,…}`, what each client's key held at the start; then `sure <client> <number>` for each acknowledged write.
 */
import { writeSync } from "node:fs";
import { etcdDefinition } from "../../actors/etcd/definition.js";
import { openRealDisk } from "../../actors/etcd/io/real-disk.js";
import { etcdMessages, type RangeReply, type StatusReply } from "../../actors/etcd/messages.js";
import { Component } from "../../src/actor/component.js";
import type { ActorDefinition } from "../../src/actor/define.js";
import { realClock, realRandom } from "../../src/thread/real-host.js";
import type { CallShape, Declared } from "../../src/wire/declare.js";
import type { WireError } from "../../src/wire/errors.js";

const clients = 16;
const directory = process.argv[2] ?? "";

const say = (line: string) => writeSync(1, `${line}\n`);

function fail(message: string): never {
  say(`failed ${message}`);
  process.exit(1);
}

openRealDisk(directory, (failure, disk) => {
  if (failure !== undefined) fail(failure.message);
  const component = new Component(etcdDefinition as ActorDefinition<unknown>, {
    address: "etcd/0",
    incarnation: 1,
    clock: realClock(),
    random: realRandom(),
    trace: () => undefined,
    ended: (error) => fail(error?.message ?? "etcd ended"),
  });
  // Snapshots all the time, so that kills hit them too.
  component.start({ disk, upkeep: { snapshotLogBytes: 20_000, lookEveryMs: 20, changesMost: 500 } });

  const ask = <Request, Reply>(message: Declared<CallShape<Request, Reply>>, request: Request, ok: (reply: Reply) => void) => {
    const respond = { ok, error: (error: WireError) => fail(`${message.name}: ${error.message}`) };
    const event = { type: message.name, request, respond, deadlineMs: 0, from: "apiserver/0", fromIncarnation: 1 };
    component.host.charts.get("etcd")?.send(event);
  };

  const write = (client: number, number: number): void =>
    ask(etcdMessages.put, { key: `/client/${String(client).padStart(2, "0")}`, value: `${number} ${"x".repeat(300)}` }, () => {
      say(`sure ${client} ${number}`);
      setImmediate(write, client, number + 1);
    });

  const begin = ({ kvs }: RangeReply): void => {
    const numbers = Array.from({ length: clients }, (_, client) => Number.parseInt(kvs[client]?.value ?? "0", 10));
    say(`found ${JSON.stringify(numbers)}`);
    numbers.forEach((number, client) => {
      write(client, number + 1);
    });
  };

  const untilServing = (): void =>
    ask(etcdMessages.status, {}, ({ state, problem }: StatusReply) => {
      if (problem !== undefined) fail(problem);
      if (state === "serving") ask(etcdMessages.range, { key: "/", rangeEnd: "0" }, begin);
      else setTimeout(untilServing, 2);
    });
  untilServing();
});
