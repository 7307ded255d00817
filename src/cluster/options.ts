/** What a cluster can be told, its defaults, and what is refused. */
import type { ImageProgram } from "../thread/containers.js";

export interface ClusterOptions {
  /** Worker nodes, named node-1, node-2 …; 0 to 254. Default 3. */
  readonly nodes?: number;
  /** Of the (first) API server, on 127.0.0.1; 0 picks a free one. Default 0. */
  readonly port?: number;
  /** Keeps the cluster there; a later start on it goes on where this one was. Without one nothing is kept. */
  readonly dataDir?: string;
  /** Keeps nothing, even where `dataDir` is given: that then holds the kubeconfig while the cluster runs. */
  readonly memory?: boolean;
  /** Where the kubeconfig is also written. It is always in the data directory. */
  readonly kubeconfig?: string;
  /** `worker` runs containers as JavaScript images in worker threads, `simulated` only says so. Default `auto`: `worker`. */
  readonly runtime?: "auto" | "worker" | "simulated";
  /** API servers over the one etcd, 1 to 9. Default 1. */
  readonly apiservers?: number;
  /** `false`: no scheduler runs, and somebody brings his own, with the kubeconfig that is made for it. Default true. */
  readonly scheduler?: boolean;
  /** `false`: no controller manager runs, and somebody brings his own, or does without controllers. Default true. */
  readonly controllerManager?: boolean;
  /** What becomes of images that nobody knows: a simulated container, or ErrImagePull. Default `simulate`. */
  readonly unknownImages?: "simulate" | "fail";
  /** Images of one's own, as `registerImage` makes them known to every cluster. */
  readonly images?: readonly ImageProgram[];
  /** Where every API server adds what is asked of it, one event of audit.k8s.io/v1 a line. Default: there is no audit log. */
  readonly auditLog?: string;
  /** Which requests are told of, and how: a file with a Policy of audit.k8s.io/v1. Default: of all of them, without bodies. */
  readonly auditPolicy?: string;
  /** Serves the pages of /debug/api_priority_and_fairness, to whoever may read them. Default false. */
  readonly debugPages?: boolean;
  /**
   * How long a start may go on without a step forward (a thread that runs, the API server that listens, a part of it or a node that is ready), so
   * that a busy machine only makes it slower. Default 30,000.
   */
  readonly startTimeoutMs?: number;
  /** Told what happens while the cluster starts, runs and stops. */
  readonly onProgress?: (progress: ClusterProgress) => void;
}

export type ClusterProgress =
  | { readonly type: "phase"; readonly name: string; readonly atMs: number }
  | { readonly type: "started"; readonly actor: string; readonly incarnation: number; readonly atMs: number }
  | { readonly type: "crashed"; readonly actor: string; readonly reason: string; readonly atMs: number }
  | { readonly type: "gaveUp"; readonly actor: string; readonly reason: string; readonly atMs: number };

type Optional = "dataDir" | "kubeconfig" | "auditLog" | "auditPolicy" | "onProgress";

export type Settled = Required<Omit<ClusterOptions, Optional>> & Pick<ClusterOptions, Optional>;

/** An error whose message says what to do next. */
export class ClusterError extends Error {
  override readonly name = "ClusterError";
}

export function settle(options: ClusterOptions): Settled {
  const settled: Settled = {
    nodes: 3,
    port: 0,
    memory: options.dataDir === undefined,
    runtime: "auto",
    apiservers: 1,
    scheduler: true,
    controllerManager: true,
    unknownImages: "simulate",
    images: [],
    debugPages: false,
    startTimeoutMs: 30_000,
    ...withoutUndefined(options),
  };
  wholeNumber("nodes", settled.nodes, 0, 254);
  wholeNumber("port", settled.port, 0, 65_535);
  wholeNumber("apiservers", settled.apiservers, 1, 9);
  wholeNumber("startTimeoutMs", settled.startTimeoutMs, 1, 3_600_000);
  oneOf("runtime", settled.runtime, ["auto", "worker", "simulated"]);
  oneOf("unknownImages", settled.unknownImages, ["simulate", "fail"]);
  return settled;
}

function withoutUndefined(options: ClusterOptions): ClusterOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function wholeNumber(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new ClusterError(`${name}: ${String(value)} is not a whole number from ${least} to ${most}`);
}

function oneOf(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) throw new ClusterError(`${name}: "${value}" is not one of ${allowed.join(", ")}`);
}
