/** The time zones of the IANA database, as this Node.js has it. The same for every machine with the same Node.js. */
import type { TimeZone } from "../../../src/api/zoned-schedule.js";

/** Zones that are named more than this are looked up again. */
const rememberedMost = 1_000;
const remembered = new Map<string, TimeZone | undefined>();

/** Undefined where there is no such zone; `""` is UTC. */
export function timeZoneNamed(name: string): TimeZone | undefined {
  if (remembered.has(name)) return remembered.get(name);
  const zone = lookUp(name);
  if (remembered.size >= rememberedMost) remembered.clear();
  remembered.set(name, zone);
  return zone;
}

function lookUp(name: string): TimeZone | undefined {
  if (name === "" || name === "UTC") return { offsetMs: () => 0 };
  // Node.js also takes offsets as names, which the database does not have.
  if (!/^[A-Za-z]/.test(name)) return undefined;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  return { offsetMs: (atMs) => offsetIn(format.format(atMs)) };
}

/** From `1/1/2025, GMT+05:30`. */
function offsetIn(text: string): number {
  const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
  const [, sign, hours = "0", minutes = "0", seconds = "0"] = match ?? [];
  const ms = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
  return sign === "-" ? -ms : ms;
}
