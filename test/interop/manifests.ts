/** Manifests that users have: what the Kubernetes documentation has its readers apply. Facts: kinds, names, images, ports. */

interface AppShape {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly image: string;
  readonly replicas: number;
  readonly port: number;
  readonly container?: string;
  readonly requests?: Readonly<Record<string, string>>;
  readonly env?: ReadonlyArray<readonly [string, string]>;
}

const lines = (indent: number, entries: Iterable<readonly [string, string]>): string =>
  [...entries].map(([key, value]) => `${" ".repeat(indent)}${key}: ${value}\n`).join("");

const environment = (entries: ReadonlyArray<readonly [string, string]>): string =>
  `        env:\n${entries.map(([name, value]) => `        - name: ${name}\n          value: "${value}"\n`).join("")}`;

export function deployment({ name, labels, image, replicas, port, container, requests, env }: AppShape): string {
  const of = Object.entries(labels);
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels:
${lines(4, of)}spec:
  replicas: ${replicas}
  selector:
    matchLabels:
${lines(6, of)}  template:
    metadata:
      labels:
${lines(8, of)}    spec:
      containers:
      - name: ${container ?? name}
        image: ${image}
${requests === undefined ? "" : `        resources:\n          requests:\n${lines(12, Object.entries(requests))}`}${
  env === undefined ? "" : environment(env)
}        ports:
        - containerPort: ${port}
`;
}

export function service(name: string, labels: Readonly<Record<string, string>>, port: number, extra = ""): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: ${name}
  labels:
${lines(4, Object.entries(labels))}spec:
${extra}  ports:
  - port: ${port}
    targetPort: ${port}
  selector:
${lines(4, Object.entries(labels))}`;
}

export const nginx = (replicas = 3, image = "nginx:1.14.2"): string =>
  deployment({ name: "nginx-deployment", labels: { app: "nginx" }, image, replicas, port: 80, container: "nginx" });

export const nginxService = service("nginx-service", { app: "nginx" }, 80);

const small = { cpu: "100m", memory: "100Mi" };
const leader = { app: "redis", role: "leader", tier: "backend" };
const follower = { app: "redis", role: "follower", tier: "backend" };
const frontend = { app: "guestbook", tier: "frontend" };

/** The guestbook tutorial's six manifests. */
export const guestbook = [
  deployment({
    name: "redis-leader",
    labels: leader,
    image: "docker.io/redis:6.0.5",
    replicas: 1,
    port: 6379,
    container: "leader",
    requests: small,
  }),
  service("redis-leader", leader, 6379),
  deployment({
    name: "redis-follower",
    labels: follower,
    image: "us-docker.pkg.dev/google-samples/containers/gke/gb-redis-follower:v2",
    replicas: 2,
    port: 6379,
    container: "follower",
    requests: small,
  }),
  service("redis-follower", follower, 6379),
  deployment({
    name: "frontend",
    labels: frontend,
    image: "us-docker.pkg.dev/google-samples/containers/gke/gb-frontend:v5",
    replicas: 3,
    port: 80,
    container: "php-redis",
    requests: small,
    env: [["GET_HOSTS_FROM", "dns"]],
  }),
  service("frontend", frontend, 80),
].join("---\n");

/** A pod of one container, main, that does nothing. */
export const pod = (name: string, image = "registry.k8s.io/pause:3.10"): string => `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  labels:
    app: ${name}
spec:
  containers:
  - name: main
    image: ${image}
`;
