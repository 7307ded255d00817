/** `agnhost logs-generator`: so many lines as an API server might log them, spread evenly over so long a time. */
import { parseGoDuration } from "../../../../src/api/go-duration.js";
import { flagOf } from "./flags.js";

const methods = ["GET", "POST", "PUT"] as const;
const namespaces = ["kube-system", "default", "ns"] as const;
const letters = "bcdfghjklmnpqrstvwxz2456789";

const below = (count: number): number => Math.floor(Math.random() * count);

const line = (id: number): string => {
  const name = Array.from({ length: 3 + below(2) }, () => letters[below(letters.length)]).join("");
  const url = `/api/v1/namespaces/${namespaces[below(namespaces.length)]}/pods/${name}`;
  return `${id} ${methods[below(methods.length)]} ${url} ${200 + below(400)}`;
};

const two = (number: number): string => String(number).padStart(2, "0");

/** The head of a line as Kubernetes' own programs log it: `I1128 21:25:01.123000       1 logs_generator.go:76] `. */
function head(now: Date): string {
  const day = `${two(now.getUTCMonth() + 1)}${two(now.getUTCDate())}`;
  return `I${day} ${now.toISOString().slice(11, 23)}000       1 logs_generator.go:76] `;
}

export async function logsGenerator(args: readonly string[]): Promise<number> {
  const lines = Number(flagOf(args, "log-lines-total") ?? 0);
  if (!(lines > 0)) {
    console.error(`Invalid total number of lines: ${lines}`);
    return 255;
  }
  const duration = parseGoDuration(flagOf(args, "run-duration") ?? "0s");
  if ("problem" in duration || duration.ms <= 0) {
    console.error(`Invalid duration: ${"problem" in duration ? duration.problem : "0s"}`);
    return 255;
  }
  const startedAtMs = performance.now();
  for (let id = 0; id < lines; id++) {
    console.error(head(new Date()) + line(id));
    const nextAtMs = startedAtMs + ((id + 1) * duration.ms) / lines;
    await new Promise((wake) => setTimeout(wake, nextAtMs - performance.now()));
  }
  return 0;
}
