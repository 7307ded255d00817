/** What the stand-in images serve: our own words, the same in worker containers and in simulated ones. */
import { parseImageReference } from "../image-reference.js";

export interface AnswerContext {
  readonly hostname: string;
  readonly path: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

const page = (title: string, text: string): string =>
  `<!DOCTYPE html>\n<html>\n<head>\n<title>${title}</title>\n</head>\n<body>\n<h1>${title}</h1>\n<p>${text}</p>\n</body>\n</html>\n`;

export const nginxWelcome = page("Welcome to nginx!", "This page comes from Chartroom's stand-in for the nginx image.");

export const httpdWelcome = "<html><body><h1>It works!</h1></body></html>\n";

/** What the update demo's two images show, each its own animal. */
export const updateDemoPage = (animal: string): string =>
  page(animal, "This page comes from Chartroom's stand-in for an image of the update demo.");

export const guestbookPage = page(
  "Guestbook",
  "This page comes from Chartroom's stand-in for the guestbook's frontend. Its store is simulated: messages are not kept.",
);

export const bootcampGreeting = (hostname: string, version: string): string =>
  `Hello Kubernetes bootcamp! | Running on: ${hostname} | v=${version}\n`;

export const nodeHello = "Hello Kubernetes!";

/** `1` from the tags `v1` and `1`. */
export const bootcampVersion = (image: string): string => /^v?(\d+)$/.exec(parseImageReference(image)?.tag ?? "")?.[1] ?? "1";

type Responder = (context: AnswerContext, image: string) => Answer;

const only =
  (root: string): Responder =>
  ({ path }) =>
    path === "/" || path === "/index.html" ? { status: 200, body: root } : { status: 404, body: "Not Found\n" };

const responders: ReadonlyMap<string, Responder> = new Map<string, Responder>([
  ["docker.io/library/nginx", only(nginxWelcome)],
  ["docker.io/library/httpd", only(httpdWelcome)],
  ["registry.k8s.io/e2e-test-images/nautilus", only(updateDemoPage("nautilus"))],
  ["registry.k8s.io/e2e-test-images/kitten", only(updateDemoPage("kitten"))],
  ["gcr.io/google-samples/gb-frontend", only(guestbookPage)],
  ["gcr.io/google-samples/node-hello", () => ({ status: 200, body: nodeHello })],
  ...["gcr.io/google-samples/kubernetes-bootcamp", "docker.io/jocatalin/kubernetes-bootcamp"].map((name): [string, Responder] => [
    name,
    ({ hostname }, image) => ({ status: 200, body: bootcampGreeting(hostname, bootcampVersion(image)) }),
  ]),
  ["registry.k8s.io/e2e-test-images/agnhost", (context) => agnhostAnswer(context)],
]);

/** The paths of `agnhost netexec` that need no program. */
export function agnhostAnswer({ hostname, path }: AnswerContext): Answer {
  if (path === "/hostname" || path === "/hostName") return { status: 200, body: hostname };
  if (path === "/healthz" || path === "/readyz") return { status: 200, body: "" };
  return { status: 200, body: `NOW: served by ${hostname}` };
}

/** Repositories that there is a stand-in for that serves nothing. */
const silent: ReadonlySet<string> = new Set([
  "docker.io/library/hello-world",
  "docker.io/library/busybox",
  "docker.io/library/alpine",
  "docker.io/hashicorp/http-echo",
  "docker.io/ealen/echo-server",
  "registry.k8s.io/echoserver",
  "registry.k8s.io/pause",
  "registry.k8s.io/e2e-test-images/sample-apiserver",
  "registry.k8s.io/etcd",
]);

/** What a stand-in answers to a GET; undefined when there is no stand-in for the image. */
export function standInAnswer(image: string, context: AnswerContext): Answer | undefined {
  const repository = parseImageReference(image)?.repository ?? "";
  const responder = responders.get(repository);
  if (responder !== undefined) return responder(context, image);
  return silent.has(repository) ? { status: 200, body: "" } : undefined;
}
