/** How a cluster comes up and goes down: the data directory, the ranges, the keys, the threads, and when it is ready. */
import { writeFileSync } from "node:fs";
import type { AddressInfo, Server } from "node:net";
import { resolve } from "node:path";
import { pathOf } from "../api/paths.js";
import type { UntypedObject } from "../api/types.js";
import { type ClusterKeys, serverNames } from "../pki/authority.js";
import { type Containers, startContainers } from "../thread/containers.js";
import { WorkerGone } from "../thread/control.js";
import { Threads } from "../thread/threads.js";
import { type Address, address, roleOf } from "../wire/address.js";
import { actorPlans, host } from "./actor-plans.js";
import { ApiClient } from "./api-client.js";
import { auditSettings } from "./audit.js";
import { DataDirectory, KubeconfigPlace } from "./data-directory.js";
import { kubeconfigOf } from "./kubeconfig.js";
import { ClusterError, type Settled } from "./options.js";
import { equipOwnComponents, type OwnComponents } from "./own-components.js";
import { Patience } from "./patience.js";
import { claimRanges, listen, type Ranges } from "./ranges.js";
import { resourceNamed } from "./resources.js";
import { waitForObject } from "./wait.js";

/** A running cluster, as its handle holds it. */
export interface ClusterParts {
  readonly directory: DataDirectory;
  readonly place?: KubeconfigPlace;
  readonly ranges: Ranges;
  readonly threads: Threads;
  readonly containers: Containers;
  readonly client: ApiClient;
  readonly urls: readonly string[];
  readonly kubeconfig: string;
  readonly kubeconfigPath: string;
  readonly ownComponents: OwnComponents;
  readonly adminToken: string;
}

const readyPollMs = 5;
/** Long enough for a machine that is busy: an answer that comes late is better than a question that is asked again. */
const answerWithinMs = 20_000;
/** How often a start that takes long looks for what holds it up. */
const lookInsideEveryMs = 300;

/** What has been taken so far, to be given back when the start fails. */
interface Taken {
  directory?: DataDirectory;
  place?: KubeconfigPlace;
  ranges?: Ranges;
  threads?: Threads;
  containers?: Containers;
  client?: ApiClient;
}

export async function startCluster(options: Settled): Promise<ClusterParts> {
  const taken: Taken = {};
  try {
    return await start(options, taken);
  } catch (error) {
    await stopCluster(taken);
    throw error;
  }
}

export async function stopCluster(parts: Taken, onGroup?: (roles: readonly string[]) => void): Promise<void> {
  parts.client?.close();
  let ended: Promise<void> | undefined;
  await parts.threads?.stop((roles) => {
    // Once the nodes' actors have stopped, nobody asks for containers any more.
    if (roles.includes("scheduler")) ended = parts.containers?.stop();
    onGroup?.(roles);
  });
  await (ended ?? parts.containers?.stop());
  parts.ranges?.release();
  parts.place?.close();
  parts.directory?.close();
}

async function start(options: Settled, taken: Taken): Promise<ClusterParts> {
  const startedMs = performance.now();
  const sinceStart = () => performance.now() - startedMs;
  const phase = (name: string) => options.onProgress?.({ type: "phase", name, atMs: sinceStart() });

  // What is wrong with it is told before anything is begun.
  const audit = auditSettings(options);
  // What is not to be kept is in a directory that goes with the cluster; in the one that is named is then only the kubeconfig.
  const directory = DataDirectory.open(options.memory ? undefined : options.dataDir);
  taken.directory = directory;
  const place = options.memory && options.dataDir !== undefined ? KubeconfigPlace.open(options.dataDir) : undefined;
  if (place !== undefined) taken.place = place;
  const ports = await choosePorts(options);
  const ranges = await claimRanges(directory.slot);
  taken.ranges = ranges;
  directory.slot = ranges.slot;
  phase("address ranges claimed");
  let made: ClusterKeys | undefined;
  const keys = (): ClusterKeys => {
    made ??= directory.keys(
      serverNames(ranges.kubernetesAddress, ...[...ports.keys()].map((_, index) => ranges.apiserverAddress(index))),
    );
    return made;
  };

  const containers = startContainers(options, directory.directory("containers"), (error) =>
    options.onProgress?.({ type: "crashed", actor: "containers", reason: error.message, atMs: sinceStart() }),
  );
  taken.containers = containers;
  const listening = new Set<Address>();
  const patience = new Patience(options.startTimeoutMs);
  const threads = new Threads(
    actorPlans({ options, directory, etcdDirectory: directory.directory("etcd"), containers, ranges, keys, ports, audit }),
    {
      loaded: () => patience.step(),
      started: (actor, incarnation) => {
        options.onProgress?.({ type: "started", actor, incarnation, atMs: sinceStart() });
        // One that crashes and comes again is no step forward.
        if (incarnation === 1) patience.step();
        if (roleOf(actor) === "apiserver") hearAnnounced(actor);
      },
      crashed: (actor, reason) => options.onProgress?.({ type: "crashed", actor, reason, atMs: sinceStart() }),
      gaveUp: (actor, reason) => {
        options.onProgress?.({ type: "gaveUp", actor, reason, atMs: sinceStart() });
        patience.end(new ClusterError(reason));
      },
    },
  );
  taken.threads = threads;
  const hearAnnounced = (actor: Address): void => {
    threads.announced(actor, options.startTimeoutMs).then(
      () => {
        listening.add(actor);
        patience.step();
      },
      // One that has ended comes again, and then announces; one that takes long is asked again.
      (error: Error) => {
        if (!(error instanceof WorkerGone) && !patience.signal.aborted) hearAnnounced(actor);
      },
    );
  };
  threads.begin();
  phase("threads started");

  await patience.until("the API server listens", () => listening.size === ports.size);
  phase("API server listens");
  const urls = [...ports.values()].map((port) => `https://${host}:${port}`);
  const client = clientFor([...ports.values()][0] as number, keys());
  taken.client = client;
  await patience.race(apiServerReady(client, threads, patience));
  phase("API server ready");
  // Without a controller manager nobody makes the account.
  const account = options.controllerManager ? [defaultAccount(client, patience)] : [];
  patience.waitFor(
    `the nodes are ready${account.length > 0 ? " and the service account default/default is there, which pods need" : ""}`,
  );
  await patience.race(Promise.all([nodesReady(client, options.nodes, patience), ...account]));
  phase("nodes ready");
  patience.over();

  const url = urls[0] as string;
  const { ca, admin } = keys();
  const kubeconfig = kubeconfigOf({ cluster: "chartroom", url, ca: ca.certificate, user: "chartroom-admin", credentials: admin });
  let kubeconfigPath = (place ?? directory).write("kubeconfig", kubeconfig, 0o600);
  if (options.kubeconfig !== undefined) {
    kubeconfigPath = resolve(options.kubeconfig);
    writeFileSync(kubeconfigPath, kubeconfig, { mode: 0o600 });
  }
  return {
    directory,
    ...(place === undefined ? {} : { place }),
    ranges,
    threads,
    containers,
    client,
    urls,
    kubeconfig,
    kubeconfigPath,
    ownComponents: equipOwnComponents(options, directory, url, keys()),
    adminToken: keys().adminToken,
  };
}

/** A port for each API server: the one asked for, and free ones. They stay the same when API servers are restarted. */
async function choosePorts({ apiservers, port }: Settled): Promise<Map<Address, number>> {
  const ports = new Map<Address, number>();
  const held: Server[] = [];
  for (let index = 0; index < apiservers; index++) {
    const wanted = index === 0 ? port : 0;
    const server = await listen(host, wanted);
    if (typeof server === "string")
      throw new ClusterError(
        `port ${wanted} of ${host} cannot be listened on, it is in use: choose another with --port, or --port 0 for a free one`,
      );
    held.push(server);
    ports.set(address("apiserver", index), (server.address() as AddressInfo).port);
  }
  await Promise.all(held.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

const clientFor = (port: number, keys: ClusterKeys): ApiClient =>
  new ApiClient({
    host,
    port,
    certificateAuthority: keys.ca.certificate,
    certificate: keys.admin.certificate,
    key: keys.admin.key,
  });

async function apiServerReady(client: ApiClient, threads: Threads, patience: Patience): Promise<void> {
  let lookMs = performance.now() + lookInsideEveryMs;
  let fewestMissing = Infinity;
  while (!patience.signal.aborted) {
    try {
      const { code, text } = await client.answer({ path: "/readyz", timeoutMs: answerWithinMs });
      if (code === 200) return;
      const missing = text.split("\n").filter((line) => line.startsWith("[-]"));
      if (missing.length < fewestMissing) patience.step();
      fewestMissing = Math.min(fewestMissing, missing.length);
      patience.waitFor(`the API server is ready; it says: ${missing.length > 0 ? missing.join(", ") : `${code} ${text.trim()}`}`);
    } catch (error) {
      patience.waitFor(`the API server is ready; there is no answer: ${(error as Error).message.trim()}`);
    }
    if (performance.now() > lookMs) {
      await refuseDamage(threads);
      lookMs = performance.now() + lookInsideEveryMs;
    }
    await new Promise((resolve) => setTimeout(resolve, readyPollMs));
  }
}

/** An etcd that cannot read what it has acknowledged waits for a person. */
async function refuseDamage(threads: Threads): Promise<void> {
  const etcd = (await threads.inspect()).find(({ address: of }) => roleOf(of) === "etcd");
  if (etcd?.inside?.charts.some(({ id, state }) => id === "etcd" && state === "damaged")) {
    throw new ClusterError(
      `${etcd.inside.lastNote}; nothing was changed: restore the data directory from a copy, or choose another with --data-dir`,
    );
  }
}

async function nodesReady(client: ApiClient, count: number, patience: Patience): Promise<void> {
  const resource = resourceNamed("nodes");
  const listed = await client.json<{ items: UntypedObject[] }>({ path: pathOf(resource) });
  const names = Array.from({ length: count }, (_, index) => `node-${index + 1}`);
  const missing = names.filter((name) => !listed.items.some((node) => node.metadata.name === name && isReady(node)));
  await Promise.all(
    missing.map(async (name) => {
      await waitForObject(client, { resource, namespace: "", name }, "Ready", patience.signal);
      patience.step();
    }),
  );
}

/** From then on pods can be created: the default namespace has the account that they run as. */
const defaultAccount = async (client: ApiClient, patience: Patience): Promise<void> => {
  const account = { resource: resourceNamed("serviceaccounts"), namespace: "default", name: "default" };
  await waitForObject(client, account, "exists", patience.signal);
  patience.step();
};

const isReady = (node: UntypedObject): boolean =>
  (node.status as { conditions?: Array<{ type: string; status: string }> } | undefined)?.conditions?.some(
    ({ type, status }) => type === "Ready" && status === "True",
  ) ?? false;
