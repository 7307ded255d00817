/** /healthz, /livez and /readyz: https://kubernetes.io/docs/reference/using-api/health-checks/ */
import type { HealthCheck } from "../request.js";

export interface HealthAnswer {
  readonly code: number;
  readonly text: string;
}

/** What is alive need not be ready: only /readyz and /healthz ask what serves. */
export function healthAnswer(
  endpoint: string,
  part: string | undefined,
  checks: readonly HealthCheck[],
  query: URLSearchParams,
): HealthAnswer {
  const excluded = new Set(query.getAll("exclude"));
  const asked = [{ name: "ping", problem: undefined }, ...(endpoint === "livez" ? [] : checks)];
  if (part !== undefined) {
    const check = asked.find(({ name }) => name === part);
    if (check === undefined) return { code: 404, text: "404 page not found\n" };
    return check.problem === undefined
      ? { code: 200, text: "ok" }
      : { code: 500, text: `internal server error: ${check.problem}\n` };
  }
  const considered = asked.filter(({ name }) => !excluded.has(name));
  const failed = considered.filter(({ problem }) => problem !== undefined);
  const lines = considered.map(({ name, problem }) =>
    problem === undefined ? `[+]${name} ok` : `[-]${name} failed: reason withheld`,
  );
  if (failed.length > 0) return { code: 500, text: `${lines.join("\n")}\n${endpoint} check failed\n` };
  return { code: 200, text: query.has("verbose") ? `${lines.join("\n")}\n${endpoint} check passed\n` : "ok" };
}
