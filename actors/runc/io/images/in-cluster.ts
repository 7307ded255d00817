/** The API server as a program in a pod asks it: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/#directly-accessing-the-rest-api */
import { readFileSync } from "node:fs";
import { request } from "node:https";

const account = "/var/run/secrets/kubernetes.io/serviceaccount";
const answerMs = 10_000;

export interface ClusterAnswer {
  readonly status: number;
  readonly body: string;
}

/** The pod's own token, which is rotated: it is read anew for each request. */
export const ownToken = (): string => readFileSync(`${account}/token`, "utf8").trim();

/** Asks with the pod's own token; `path` may be a whole URL of the cluster's. Rejects when nobody answers. */
export function askCluster(method: string, path: string, body?: unknown, token = ownToken()): Promise<ClusterAnswer> {
  const { KUBERNETES_SERVICE_HOST: host = "", KUBERNETES_SERVICE_PORT: port = "443" } = process.env;
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      accept: "application/json",
      authorization: `Bearer ${token}`,
      ...(text === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
    };
    const options = { method, ca: readFileSync(`${account}/ca.crt`), headers, timeout: answerMs };
    const asked = request(new URL(path, `https://${host}:${port}`), options, (response) => {
      let answer = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        answer += part;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: answer }));
    });
    asked.on("timeout", () => asked.destroy(new Error(`no answer within ${answerMs / 1000} s`)));
    asked.on("error", reject);
    asked.end(text);
  });
}
