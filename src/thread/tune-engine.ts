/**
 * What V8 takes for granted suits one thread that has the machine to itself; a cluster is dozens of threads on a few cores.
 *
 * - V8 optimizes what has run for a while, in every thread anew. Forty threads that each make the same charts fast took a fifth of
 *   the machine for it in a rollout of a thousand pods, most of it for code that was never needed so often again: here V8 waits
 *   three times as long as it would. Longer than that costs more than it saves where one thread serves many requests.
 * - V8 allocates among the old objects from the first what has often lived on from the same place of the code. What belongs to a
 *   request under way often does live until the next collection, and then, being old, keeps all alive that it refers to: collections of young
 *   objects took twice as long for it, and a create a quarter longer.
 * - V8 shares each collection of young objects out among helper threads, which then fight for the cores that the actors need: that
 *   took a tenth of the machine under load. Here each thread collects its own.
 */
import { setFlagsFromString } from "node:v8";

/** In V8's own measure; its default is 67,584 (Node 20). */
const interruptBudget = 200_000;

let done = false;

/** For the whole process, before its workers start. A V8 that has no such flag says so on stderr and goes on. */
export function tuneEngine(): void {
  if (done) return;
  done = true;
  setFlagsFromString(`--interrupt-budget=${interruptBudget}`);
  setFlagsFromString("--no-parallel-scavenge");
  setFlagsFromString("--no-allocation-site-pretenuring");
}
