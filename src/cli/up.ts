/** `chartroom up`: a cluster in the foreground, until Ctrl-C. */
import { relative } from "node:path";
import { Cluster } from "../cluster/cluster.js";
import type { ClusterOptions, ClusterProgress } from "../cluster/options.js";
import { type Arguments, type Command, exitCodes, UsageError } from "./command.js";

const defaults = { nodes: 3, port: 6443, dataDir: ".chartroom" } as const;

export const up: Command = {
  name: "up",
  summary: "start a Kubernetes cluster and run it in the foreground",
  positionals: [],
  flags: [
    { name: "nodes", value: "N", about: "worker nodes", range: [0, 254], default: "3" },
    {
      name: "port",
      value: "PORT",
      about: "port of the API server on 127.0.0.1; 0 picks a free one",
      range: [0, 65_535],
      default: "6443",
    },
    { name: "data-dir", value: "DIR", about: "where the cluster is kept", default: defaults.dataDir },
    { name: "kubeconfig", value: "FILE", about: "where the kubeconfig is written", default: "<data-dir>/kubeconfig" },
    { name: "runtime", value: "NAME", about: "what runs containers", choices: ["auto", "worker", "simulated"], default: "auto" },
    { name: "apiservers", value: "N", about: "API servers over the one etcd", range: [1, 9], default: "1" },
    { name: "no-scheduler", about: "run none, for a scheduler of your own" },
    { name: "no-controller-manager", about: "run none, for controllers of your own" },
    { name: "audit-log", value: "FILE", about: "where requests are told of, as audit.k8s.io/v1 events, one a line" },
    { name: "audit-policy", value: "FILE", about: "which of them, and how: a Policy of audit.k8s.io/v1" },
    { name: "debug-pages", about: "serve /debug/api_priority_and_fairness" },
    { name: "memory", about: "keep nothing on disk" },
    {
      name: "unknown-images",
      value: "WHAT",
      about: "images that nobody knows",
      choices: ["simulate", "fail"],
      default: "simulate",
    },
  ],
  examples: ["chartroom up", "chartroom up --nodes 1 --memory --port 0 --kubeconfig /tmp/kubeconfig"],
  run,
};

function optionsOf(given: Arguments): ClusterOptions {
  const memory = given.has("memory");
  const kubeconfig = given.text("kubeconfig");
  const auditLog = given.text("audit-log");
  const auditPolicy = given.text("audit-policy");
  return {
    nodes: given.number("nodes") ?? defaults.nodes,
    port: given.number("port") ?? defaults.port,
    memory,
    runtime: choice(given.text("runtime"), ["auto", "worker", "simulated"]) ?? "auto",
    apiservers: given.number("apiservers") ?? 1,
    scheduler: !given.has("no-scheduler"),
    controllerManager: !given.has("no-controller-manager"),
    unknownImages: choice(given.text("unknown-images"), ["simulate", "fail"]) ?? "simulate",
    dataDir: given.text("data-dir") ?? defaults.dataDir,
    debugPages: given.has("debug-pages"),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(auditLog === undefined ? {} : { auditLog }),
    ...(auditPolicy === undefined ? {} : { auditPolicy }),
  };
}

/** The choice again, as the type that it is: the flag's own choices have let nothing else through. */
function choice<const Choice extends string>(value: string | undefined, choices: readonly Choice[]): Choice | undefined {
  if (value === undefined) return undefined;
  const found = choices.find((each) => each === value);
  if (found === undefined) throw new UsageError(`"${value}" is not one of ${choices.join(", ")}`);
  return found;
}

async function run(given: Arguments): Promise<number> {
  const progress = new ProgressLine();
  const options = optionsOf(given);
  const asked = stopAsked();
  const starting = Cluster.start({ ...options, onProgress: (event) => progress.tell(event) });
  const first = await Promise.race([starting, asked]).finally(() => progress.clear());
  const cluster = typeof first === "string" ? await starting : first;
  if (typeof first !== "string") {
    process.stdout.write(screenOf(cluster, options, progress.readyMs));
    await asked;
  }
  const stoppingMs = performance.now();
  process.stdout.write("\nstopping …\n");
  await cluster.stop((roles) => process.stdout.write(`  ${roles.join(", ")}\n`));
  process.stdout.write(`stopped in ${((performance.now() - stoppingMs) / 1000).toFixed(1)} s\n`);
  return exitCodes.fine;
}

/** npm hands a Ctrl-C on that the terminal has given to everybody already: what comes this soon is the same one. */
const sameSignalMs = 1_000;

/** Settles at the first SIGINT or SIGTERM; a later one ends the process at once. */
function stopAsked(): Promise<string> {
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        firstMs ??= performance.now();
        if (performance.now() - firstMs > sameSignalMs) process.exit(130);
        resolve(signal);
      });
    }
  });
}

/** One line that is written over while the cluster starts; whole lines where the output is no terminal. */
class ProgressLine {
  readyMs = 0;
  private started = 0;
  private ready = false;

  tell(event: ClusterProgress): void {
    if (event.type === "started") this.started += 1;
    if (event.type === "phase") {
      this.readyMs = event.atMs;
      this.show(`${(event.atMs / 1000).toFixed(2)} s  ${event.name}`);
    } else if (event.type === "started") {
      if (!this.ready)
        this.show(`${(event.atMs / 1000).toFixed(2)} s  ${this.started} actors run, the last is ${event.actor}`, true);
      else if (event.incarnation > 1) this.say(`${event.actor} runs again (incarnation ${event.incarnation})`);
    } else if (event.type === "crashed") {
      this.say(`${event.actor} ended: ${event.reason}`);
    } else {
      this.say(`${event.actor} was given up: ${event.reason}`);
    }
  }

  clear(): void {
    this.ready = true;
    if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  }

  private show(text: string, fleeting = false): void {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
    else if (!fleeting) process.stderr.write(`${text}\n`);
  }

  private say(text: string): void {
    process.stderr.write(`${process.stderr.isTTY ? "\r\u001b[K" : ""}${text}\n`);
  }
}

function screenOf(cluster: Cluster, options: ClusterOptions, readyMs: number): string {
  const controlPlane = cluster.actors.filter((actor) => !actor.includes("/node-"));
  const nodes = cluster.nodes.map(
    ({ name, address, podCidr, actors }) => `  ${name.padEnd(14)} ${actors.join(", ")}; address ${address}, pods ${podCidr}`,
  );
  const shown = relative(process.cwd(), cluster.kubeconfigPath);
  const kubeconfig = shown.startsWith("..") ? cluster.kubeconfigPath : shown;
  const kept = options.memory === true ? "nowhere: it is gone when it stops" : (options.dataDir ?? "");
  const moved = cluster.lowPortsMovedBy;
  const lowPorts =
    moved === undefined
      ? []
      : [
          `  ${"low ports".padEnd(14)} port 80 of a pod or Service is served at ${80 + moved}, 443 at ${443 + moved}: this user may not bind ports below 1024`,
        ];
  const { kubeconfigPaths, pkiDirectory } = cluster.ownComponents;
  const ownComponents = [...kubeconfigPaths].map(
    ([component, path]) => `  ${`your own ${component}`} has the kubeconfig ${path}`,
  );
  if (kubeconfigPaths.size > 0) ownComponents.push(`  keys and certificates for it are in ${pkiDirectory}`);
  const further = cluster.urls.slice(1).map((url) => `  ${"".padEnd(14)} ${url}`);
  return [
    `Kubernetes 1.33 runs, ready after ${(readyMs / 1000).toFixed(2)} s.`,
    "",
    `  ${"API server".padEnd(14)} ${cluster.url}`,
    ...further,
    `  ${"control plane".padEnd(14)} ${controlPlane.join(", ")}`,
    ...nodes,
    `  ${"Services".padEnd(14)} ${cluster.serviceCidr}`,
    ...lowPorts,
    `  ${"kept in".padEnd(14)} ${kept}`,
    `  ${"kubeconfig".padEnd(14)} ${kubeconfig}`,
    ...ownComponents,
    "",
    "Try, in another terminal:",
    `  export KUBECONFIG=${kubeconfig.startsWith("/") ? kubeconfig : `$PWD/${kubeconfig}`}`,
    "  kubectl get nodes",
    "  kubectl create deployment web --image=nginx --replicas=3",
    "  kubectl get pods -o wide --watch",
    "",
    "Ctrl-C stops everything in order.",
    "",
  ].join("\n");
}
