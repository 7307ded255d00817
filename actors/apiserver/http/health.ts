/** /healthz, /livez and /readyz: https://kubernetes.io/docs/reference/using-api/health-checks/ */
import { quote } from "../../../src/api/go-format.js";
import type { HealthCheck } from "../request.js";

export interface HealthAnswer {
  readonly code: number;
  readonly text: string;
}

const ping: HealthCheck = { name: "ping", problem: undefined };

/** What is alive need not be ready: some are asked only of who means to send requests. `part`: only the one of that name. */
export const checksOf = (endpoint: string, checks: readonly HealthCheck[], part?: string): readonly HealthCheck[] => {
  const all = [ping, ...checks.filter(({ ofReadiness }) => endpoint === "readyz" || ofReadiness !== true)];
  return part === undefined ? all : all.filter(({ name }) => name === part);
};

export function healthAnswer(
  endpoint: string,
  part: string | undefined,
  checks: readonly HealthCheck[],
  query: URLSearchParams,
): HealthAnswer {
  const asked = checksOf(endpoint, checks);
  if (part !== undefined) {
    const check = asked.find(({ name }) => name === part);
    if (check === undefined) return { code: 404, text: "404 page not found\n" };
    return check.problem === undefined
      ? { code: 200, text: "ok" }
      : { code: 500, text: `internal server error: ${check.problem}\n` };
  }
  const excluded = new Set(query.getAll("exclude"));
  let failed = false;
  const lines = asked.map(({ name, problem }) => {
    if (excluded.delete(name)) return `[+]${name} excluded: ok`;
    if (problem === undefined) return `[+]${name} ok`;
    failed = true;
    return `[-]${name} failed: reason withheld`;
  });
  if (excluded.size > 0) {
    const unknown = [...excluded].sort().map((name) => quote(name));
    lines.push(`warn: some health checks cannot be excluded: no matches for ${unknown.join(",")}`);
  }
  if (failed) return { code: 500, text: `${lines.join("\n")}\n${endpoint} check failed\n` };
  return { code: 200, text: query.has("verbose") ? `${lines.join("\n")}\n${endpoint} check passed\n` : "ok" };
}
