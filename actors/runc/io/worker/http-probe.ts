/**
 * An httpGet probe, in the kubelet's words. Redirects within the pod are followed; one that leads elsewhere is taken for an
 * answer, with a warning. https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#http-probes
 */
import http from "node:http";
import https from "node:https";
import type { ProbeResult, ProbeTarget } from "../driver.js";
import { type Reach, reachableAt } from "../ports.js";

const redirectsMost = 10;
/** What is kept of an answer. */
const bodyBytesMost = 10 * 1024;

export interface Asking {
  readonly target: Extract<ProbeTarget, { kind: "http" }>;
  readonly reach: Reach;
  /** In the words of a failed connection. */
  fail(error: NodeJS.ErrnoException): string;
  onDone(result: ProbeResult): void;
}

/** `host` is where the pod is asked, `named` what the target calls it. Gives what abandons the request. */
export function httpProbe({ target, reach, fail, onDone }: Asking, host: string, named: string): () => void {
  let current: http.ClientRequest;
  const ask = (url: URL, hops: number): void => {
    const secure = url.protocol === "https:";
    const port = Number(url.port || (secure ? 443 : 80));
    const at = reachableAt(reach, host, port);
    const headers: Record<string, string> = {
      "user-agent": "kube-probe/1.33",
      accept: "*/*",
      connection: "close",
      host: `${named}:${port}`,
    };
    for (const { name, value } of target.headers) headers[name.toLowerCase()] = value;
    current = (secure ? https : http).request(
      { host: at.address, port: at.port, path: url.pathname + url.search, headers, agent: false, rejectUnauthorized: false },
      (response) => answered(response, url, hops),
    );
    current.once("error", (error) => onDone({ success: false, message: `Get "${url.href}": ${fail(error)}` }));
    current.end();
  };
  const answered = (response: http.IncomingMessage, url: URL, hops: number): void => {
    const status = response.statusCode ?? 0;
    const { location } = response.headers;
    response.once("error", () => {});
    if (status < 300 || status >= 400) {
      response.resume();
      const success = status >= 200 && status < 300;
      onDone({ success, message: success ? "" : `HTTP probe failed with statuscode: ${status}` });
      return;
    }
    const next = location !== undefined && URL.canParse(location, url) ? new URL(location, url) : undefined;
    if (next?.hostname === url.hostname) {
      response.resume();
      if (hops < redirectsMost) ask(next, hops + 1);
      else onDone({ success: false, message: `Get "${next.href}": stopped after ${redirectsMost} redirects` });
      return;
    }
    let body = "";
    response.setEncoding("utf8").on("data", (part: string) => {
      if (body.length < bodyBytesMost) body += part;
    });
    response.once("end", () => onDone({ success: true, message: `Probe terminated redirects, Response body: ${body}` }));
  };
  const bracketed = named.includes(":") ? `[${named}]` : named;
  ask(new URL(`${target.scheme.toLowerCase()}://${bracketed}:${target.port}${target.path || "/"}`), 0);
  return () => current.destroy();
}
