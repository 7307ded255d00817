/** Stand-in for the etcd image: says that it is well and which version it stands for. It keeps nothing, and its log says so. */
import type { ProgramContext } from "../container/entry.js";
import { flagOf } from "./flags.js";
import { answerText, pathOf, serveUntilSignal } from "./serve.js";

const version = { etcdserver: "3.5.21", etcdcluster: "3.5.0" };

export function etcd({ args }: ProgramContext): Promise<number> {
  const url = flagOf(args, "listen-client-urls")?.split(",")[0] ?? "http://127.0.0.1:2379";
  console.log(`Chartroom's stand-in for etcd serves /health and /version at ${url}, and keeps nothing`);
  return serveUntilSignal(Number(new URL(url).port || 2379), (request, response) => {
    const path = pathOf(request);
    if (path === "/health") answerText(response, 200, JSON.stringify({ health: "true", reason: "" }), "application/json");
    else if (path === "/version") answerText(response, 200, JSON.stringify(version), "application/json");
    else answerText(response, 404, "404 page not found\n");
  });
}
