/** Where an example plays: on threads, with real sockets and containers, or in the simulation, with a seed. One story for both. */
import { get } from "node:http";
import { Cluster, type ClusterOptions, type UntypedObject } from "chartroom";
import { SimulatedCluster, type SimulatedRule } from "chartroom/simulation";

export interface StageOptions {
  readonly nodes?: number;
  /** What this example's own images run on threads: modules beside this one. */
  readonly images?: ReadonlyMap<string, URL>;
  /** How they behave in the simulation, where nothing of an image runs. */
  readonly rules?: readonly SimulatedRule[];
}

export interface Stage {
  readonly world: string;
  apply(manifests: string): Promise<void>;
  get(kind: string, name: string): Promise<UntypedObject | undefined>;
  list(kind: string, labelSelector?: string): Promise<UntypedObject[]>;
  patch(kind: string, name: string, patch: object): Promise<void>;
  /** Waits until `holds`; the error says what did not. */
  until(what: string, holds: () => Promise<boolean>, withinMs?: number): Promise<void>;
  /** The body of what a Service answers to a GET. */
  request(service: string, path: string): Promise<string>;
  /** Kills an actor; its supervisor starts it again. */
  kill(actor: string): Promise<void>;
  end(): Promise<void>;
}

/** Which resource of the API a kind is, as far as the examples need it. */
const resources: Readonly<Record<string, { group: string; version: string; resource: string }>> = {
  pod: { group: "", version: "v1", resource: "pods" },
  service: { group: "", version: "v1", resource: "services" },
  node: { group: "", version: "v1", resource: "nodes" },
  deployment: { group: "apps", version: "v1", resource: "deployments" },
  replicaset: { group: "apps", version: "v1", resource: "replicasets" },
};

const pathOf = (kind: string) => {
  const resource = resources[kind];
  if (resource === undefined) throw new RangeError(`the examples know no kind "${kind}"`);
  return kind === "node" ? resource : { ...resource, namespace: "default" };
};

/** `threads`, or `sim` and a seed; told on the command line. */
export async function openStage(options: StageOptions = {}, argv = process.argv.slice(2)): Promise<Stage> {
  const [world = "threads", seed = "1"] = argv;
  if (world === "threads") return onThreads(options);
  if (world === "sim") return inSimulation(options, seed);
  throw new RangeError(`"${world}" is neither threads nor sim: try: node dist/examples/01-one-pod.js sim 7`);
}

async function onThreads({ nodes = 3, images = new Map() }: StageOptions): Promise<Stage> {
  const started: ClusterOptions = { nodes, images: [...images].map(([name, program]) => ({ name, program })) };
  const cluster = await Cluster.start(started);
  const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
  return {
    world: "threads",
    apply: async (manifests) => void (await cluster.apply(manifests)),
    get: (kind, name) => cluster.get(`${kind}/${name}`),
    list: (kind, labelSelector) => cluster.list(kind, labelSelector === undefined ? {} : { labelSelector }),
    patch: async (kind, name, patch) => {
      const { group, version, resource } = pathOf(kind);
      const base = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
      const path = kind === "node" ? `${base}/${resource}/${name}` : `${base}/namespaces/default/${resource}/${name}`;
      await cluster.request(path, { method: "PATCH", body: patch, contentType: "application/strategic-merge-patch+json" });
    },
    until: async (what, holds, withinMs = 60_000) => {
      const deadline = Date.now() + withinMs;
      while (!(await holds())) {
        if (Date.now() > deadline) throw new Error(`after ${withinMs} ms it still does not hold that ${what}`);
        await pause();
      }
    },
    request: async (service, path) => {
      const { clusterIP, port } = addressOf(await cluster.get(`service/${service}`));
      return textOf(`http://${clusterIP}:${port}${path}`);
    },
    kill: (actor) => cluster.kill(actor),
    end: () => cluster.stop(),
  };
}

function inSimulation({ nodes = 3, rules = [] }: StageOptions, seed: string): Stage {
  const cluster = SimulatedCluster.started({ seed, nodes, rules });
  return {
    world: `the simulation, seed ${seed}`,
    apply: async (manifests) => void cluster.apply(manifests),
    get: async (kind, name) => cluster.get({ ...pathOf(kind), name }),
    list: async (kind, labelSelector) => cluster.list(pathOf(kind), labelSelector),
    patch: async (kind, name, patch) => void cluster.patch({ ...pathOf(kind), name }, patch),
    until: async (what, holds, withinMs = 60_000) => {
      const untilMs = cluster.nowMs + withinMs;
      while (!(await holds())) {
        if (cluster.nowMs > untilMs)
          throw new Error(`seed ${seed}: after ${withinMs} ms of virtual time it still does not hold that ${what}`);
        cluster.run(50);
      }
    },
    request: async (service, path) => {
      const { clusterIP, port } = addressOf(cluster.get({ ...pathOf("service"), name: service }));
      return cluster.request(clusterIP, port, path);
    },
    kill: async (actor) => cluster.kill(actor as Parameters<SimulatedCluster["kill"]>[0]),
    end: async () => undefined,
  };
}

function addressOf(service: UntypedObject | undefined): { clusterIP: string; port: number } {
  const spec = service?.spec as { clusterIP?: string; ports?: Array<{ port: number }> } | undefined;
  return { clusterIP: spec?.clusterIP ?? "", port: spec?.ports?.[0]?.port ?? 0 };
}

const textOf = (url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const request = get(url, { agent: false, timeout: 5_000 }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => resolve(text));
    });
    request.on("timeout", () => request.destroy(new Error(`${url} did not answer`)));
    request.on("error", reject);
  });

/** A status field of an object, read without knowing its kind. */
export function status<T>(object: UntypedObject | undefined): Partial<T> {
  return (object?.status ?? {}) as Partial<T>;
}

export const say = (text: string): void => void process.stdout.write(`${text}\n`);
