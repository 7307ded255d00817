/** Reads what a client needs from a kubeconfig with certificates inside, as `chartroom up` writes it. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Credentials } from "./api-client.js";
import { ClusterError } from "./options.js";

interface Kubeconfig {
  readonly "current-context"?: string;
  readonly clusters?: ReadonlyArray<{ name: string; cluster: { server: string; "certificate-authority-data": string } }>;
  readonly contexts?: ReadonlyArray<{ name: string; context: { cluster: string; user: string } }>;
  readonly users?: ReadonlyArray<{ name: string; user: { "client-certificate-data": string; "client-key-data": string } }>;
}

export function credentialsFrom(path: string): Credentials {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new ClusterError(
      `cannot read the kubeconfig ${path} (${(error as NodeJS.ErrnoException).code}): is a cluster running? Start one with: chartroom up, or name its kubeconfig with --kubeconfig`,
    );
  }
  const config = parse(text) as Kubeconfig;
  const context = config.contexts?.find(({ name }) => name === config["current-context"])?.context;
  const cluster = config.clusters?.find(({ name }) => name === context?.cluster)?.cluster;
  const user = config.users?.find(({ name }) => name === context?.user)?.user;
  if (cluster === undefined || user?.["client-key-data"] === undefined)
    throw new ClusterError(
      `${path} is not a kubeconfig of chartroom: its current context has no cluster or no client certificate`,
    );
  const decoded = (data: string): string => Buffer.from(data, "base64").toString("utf8");
  const url = new URL(cluster.server);
  return {
    host: url.hostname,
    port: Number(url.port),
    certificateAuthority: decoded(cluster["certificate-authority-data"]),
    certificate: decoded(user["client-certificate-data"]),
    key: decoded(user["client-key-data"]),
  };
}
