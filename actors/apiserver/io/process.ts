/** What this process takes of the machine, as Prometheus' clients tell it. */
import { readdirSync, readFileSync } from "node:fs";
import { getHeapStatistics } from "node:v8";
import type { ProcessFigures } from "./io.js";

/** Absent on systems without /proc. */
function told<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

export function processFigures(): ProcessFigures {
  const { user, system } = process.cpuUsage();
  const files = /^Max open files\s+(\d+)/m;
  const virtual = /^VmSize:\s+(\d+) kB/m;
  const figure = (path: string, pattern: RegExp) => told(() => pattern.exec(readFileSync(path, "utf8"))?.[1]);
  const filesMost = figure("/proc/self/limits", files);
  const virtualKilobytes = figure("/proc/self/status", virtual);
  return {
    cpuSeconds: (user + system) / 1e6,
    startedAtSeconds: Date.now() / 1_000 - process.uptime(),
    residentBytes: process.memoryUsage.rss(),
    virtualBytes: virtualKilobytes === undefined ? undefined : Number(virtualKilobytes) * 1024,
    openFiles: told(() => readdirSync("/proc/self/fd").length),
    filesMost: filesMost === undefined ? undefined : Number(filesMost),
    heapBytes: getHeapStatistics().used_heap_size,
  };
}
