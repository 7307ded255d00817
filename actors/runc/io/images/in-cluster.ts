/** The API server as a program in a pod asks it: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/#directly-accessing-the-rest-api */
import { readFileSync } from "node:fs";
import { request } from "node:https";

const account = "/var/run/secrets/kubernetes.io/serviceaccount";
const answerMs = 10_000;

export interface ClusterAnswer {
  readonly status: number;
  readonly body: string;
}

/** Asks with the pod's own token, read anew each time because it is rotated. Rejects when nobody answers. */
export function askCluster(method: string, path: string, body?: unknown): Promise<ClusterAnswer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const asked = request(
      {
        host: process.env.KUBERNETES_SERVICE_HOST ?? "",
        port: Number(process.env.KUBERNETES_SERVICE_PORT ?? 443),
        method,
        path,
        ca: readFileSync(`${account}/ca.crt`),
        headers: {
          accept: "application/json",
          authorization: `Bearer ${readFileSync(`${account}/token`, "utf8").trim()}`,
          ...(text === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
        },
        timeout: answerMs,
      },
      (response) => {
        let answer = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          answer += part;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: answer }));
      },
    );
    asked.on("timeout", () => asked.destroy(new Error(`no answer within ${answerMs / 1000} s`)));
    asked.on("error", reject);
    asked.end(text);
  });
}
