/**
 * A story of writers and a watch under crashes of two API servers and their etcd, told by a seed, and the check that the
 * API keeps its word: what was acknowledged is there, nothing is written twice or over another's write, and who follows a
 * watch from revision to revision ends with what a list shows.
 */
import { apiserverMessages, type ObjectReply, statusOf, type WatchEvent } from "../../actors/apiserver/messages.js";
import { between, integerBelow, type Random, seededRandom } from "../../src/actor/random.js";
import type { UntypedObject } from "../../src/api/types.js";
import { type Address, address } from "../../src/wire/address.js";
import type { Outcome } from "../../src/wire/errors.js";
import { decodeJson, type Json } from "../../src/wire/json.js";
import type { IncomingStream } from "../../src/wire/streams.js";
import { ApiServerWorld, configMap, configMaps } from "./apiserver-world.js";

const names = ["a", "b", "c", "d"];
const storyMs = 8_000;

/** The counter that each acknowledged write left in its object; absent when it was deleted. */
interface Known {
  /** What was last acknowledged. */
  value: number | undefined;
  /** What may have been written since without having been acknowledged. */
  readonly perhaps: Set<number | undefined>;
}

class Story {
  readonly world: ApiServerWorld;
  private readonly random: Random;
  private readonly known = new Map<string, Known>(names.map((name) => [name, { value: undefined, perhaps: new Set() }]));
  private written = 0;
  readonly seen = new Map<string, string>();
  private revision = "";
  private stream: IncomingStream<never> | undefined;
  private over = false;
  acknowledged = 0;

  constructor(seed: string) {
    this.world = new ApiServerWorld({ seed, apiservers: 2 }).untilServing();
    this.random = seededRandom(`story/${seed}`);
  }

  tell(): string | undefined {
    for (const name of names) this.write(name);
    this.relist();
    const { simulation } = this.world;
    const victims: Address[] = ["apiserver/0", "apiserver/1", "etcd/0"];
    for (let crash = 0; crash < 4; crash += 1) {
      const victim = victims[integerBelow(this.random, victims.length)]!;
      simulation.queue.after(between(this.random, 0, storyMs - 2_000), () => simulation.kill(victim));
    }
    this.world.run(storyMs);
    this.over = true;
    this.world.untilServing();
    this.world.run(15_000);
    return this.verdict();
  }

  private get wire() {
    return this.world.simulation.user.component.host.wire;
  }

  private anyApiserver(): Address {
    return address("apiserver", integerBelow(this.random, 2));
  }

  /** One writer for each name: it reads, then changes what it read on the condition that it is still so. */
  private write(name: string): void {
    if (this.over) return;
    const again = (): void => {
      this.world.simulation.queue.after(between(this.random, 1, 40), () => this.write(name));
    };
    const path = { ...configMaps, name };
    const onOutcome = (outcome: Outcome<ObjectReply>): void => {
      if (outcome.ok) {
        const read = decodeJson(outcome.reply.object as Json<UntypedObject>);
        const problem = this.check(name, counterOf(read));
        if (problem !== undefined) throw new Error(problem);
        this.change(name, read, again);
      } else if (statusOf(outcome.error)?.code === 404) {
        const problem = this.check(name, undefined);
        if (problem !== undefined) throw new Error(problem);
        this.change(name, undefined, again);
      } else again();
    };
    this.wire.call(this.anyApiserver(), apiserverMessages.get, { path }, { onOutcome, deadlineMs: 2_000 });
  }

  /** A newest read may show what was acknowledged last, or what was perhaps written since; which it is, is known then. */
  private check(name: string, found: number | undefined): string | undefined {
    const known = this.known.get(name)!;
    if (found !== known.value && !known.perhaps.has(found))
      return `${name} is ${found}, but ${known.value} was acknowledged, and perhaps ${[...known.perhaps].join(", ")} written`;
    known.value = found;
    return undefined;
  }

  private change(name: string, read: UntypedObject | undefined, again: () => void): void {
    const known = this.known.get(name)!;
    const value = ++this.written;
    const deletes = read !== undefined && integerBelow(this.random, 4) === 0;
    const wanted = deletes ? undefined : value;
    const onOutcome = (outcome: Outcome<unknown>): void => {
      if (outcome.ok) {
        known.value = wanted;
        known.perhaps.clear();
        this.acknowledged += 1;
      } else if (outcome.error.code !== "rejected" && outcome.error.code !== "unreachable") known.perhaps.add(wanted);
      again();
    };
    const options = { onOutcome, deadlineMs: 2_000 };
    const server = this.anyApiserver();
    const path = { ...configMaps, name };
    if (read === undefined) {
      const object = JSON.stringify(configMap(name, { counter: String(value) }));
      this.wire.call(server, apiserverMessages.create, { path: configMaps, object }, options);
    } else if (deletes) {
      const { uid, resourceVersion } = read.metadata as { uid: string; resourceVersion: string };
      this.wire.call(server, apiserverMessages.delete, { path, options: { preconditions: { uid, resourceVersion } } }, options);
    } else {
      const object = JSON.stringify({ ...read, data: { counter: String(value) } });
      this.wire.call(server, apiserverMessages.update, { path, object }, options);
    }
  }

  /** Lists, then follows from the list's revision; from the last event's when a watch ends, and anew when that has expired. */
  private relist(): void {
    this.wire.call(
      this.anyApiserver(),
      apiserverMessages.list,
      { path: configMaps },
      {
        deadlineMs: 2_000,
        onOutcome: (outcome) => {
          if (!outcome.ok) {
            this.world.simulation.queue.after(50, () => this.relist());
            return;
          }
          this.seen.clear();
          for (const item of outcome.reply.items) this.see("ADDED", item);
          this.revision = outcome.reply.resourceVersion;
          this.follow();
        },
      },
    );
  }

  private follow(): void {
    const options = { resourceVersion: this.revision, allowWatchBookmarks: true };
    this.stream = this.wire.open(
      this.anyApiserver(),
      apiserverMessages.watch,
      { path: configMaps, options },
      {
        onChunk: ({ events }) => {
          for (const event of events) {
            if (BigInt(event.resourceVersion) < BigInt(this.revision))
              throw new Error(`the watch went back from ${this.revision} to ${event.resourceVersion}`);
            this.revision = event.resourceVersion;
            this.see(event.type, event.object);
          }
        },
        onEnd: (error) => {
          const expired = error !== undefined && statusOf(error)?.code === 410;
          this.world.simulation.queue.after(20, () => (expired ? this.relist() : this.follow()));
        },
      },
    );
  }

  private see(type: WatchEvent["type"], object: WatchEvent["object"]): void {
    if (type === "BOOKMARK") return;
    const { name = "" } = decodeJson(object).metadata;
    if (type === "DELETED") this.seen.delete(name);
    else this.seen.set(name, object);
  }

  private verdict(): string | undefined {
    const lists = [0, 1].map((apiserver) => this.world.list(configMaps, {}, apiserver).items);
    if (JSON.stringify(lists[0]) !== JSON.stringify(lists[1])) return "the two API servers do not show the same";
    for (const name of names) {
      const problem = this.check(name, counterOf(lists[0]!.find((item) => item.metadata.name === name)));
      if (problem !== undefined) return problem;
    }
    const followed = [...this.seen.values()].map((text) => JSON.stringify(JSON.parse(text))).sort();
    const listed = lists[0]!.map((item) => JSON.stringify(item)).sort();
    this.stream?.cancel();
    return JSON.stringify(followed) === JSON.stringify(listed)
      ? undefined
      : `the watch shows ${followed.length} objects and the list ${listed.length}, or others`;
  }
}

const counterOf = (object: UntypedObject | undefined): number | undefined => {
  const counter = (object?.data as { counter?: string } | undefined)?.counter;
  return counter === undefined ? undefined : Number(counter);
};

/** Undefined when all went well; otherwise what went wrong. */
export function tellStory(seed: string): { problem: string | undefined; acknowledged: number } {
  const story = new Story(seed);
  try {
    const problem = story.tell();
    return { problem, acknowledged: story.acknowledged };
  } catch (error) {
    return { problem: (error as Error).message, acknowledged: story.acknowledged };
  }
}
