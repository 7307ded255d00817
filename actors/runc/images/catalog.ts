/** The images that there are stand-ins for: what they run by default, and which programs they have. Facts only; the programs are our own. */
import { type ImageReference, parseImageReference, standInDigest } from "../image-reference.js";
import type { Program } from "../io/container/protocol.js";
import type { ImageRecord } from "../io/driver.js";
import { httpdWelcome, nginxWelcome, updateDemoPage } from "./answers.js";

export interface ImageDefinition {
  readonly repository: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** Programs by name, as found in any of the usual directories. */
  readonly programs: ReadonlyMap<string, Program>;
  /** Whether it has a shell, and with it the applets. */
  readonly shell: boolean;
  readonly env: ReadonlyArray<readonly [string, string]>;
  readonly workingDir: string;
  readonly files: ReadonlyArray<readonly [string, string]>;
  readonly sizeBytes: number;
  /** Whom its programs run as. */
  readonly user: number;
  /** The only tags that there are of it; absent: any tag is the same stand-in. */
  readonly tags?: readonly string[];
  /** Makes the digest: another text is another image. */
  readonly content: string;
}

const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const standIn = (name: string): Program => ({ kind: "stand-in", name });

interface Short {
  readonly repository: string;
  readonly run: readonly string[];
  /** The name that it is found by, and the stand-in's. */
  readonly programs?: ReadonlyArray<readonly [string, string, "sets user id"?]>;
  readonly shell?: boolean;
  readonly entrypoint?: readonly string[];
  readonly env?: ReadonlyArray<readonly [string, string]>;
  readonly workingDir?: string;
  readonly files?: ReadonlyArray<readonly [string, string]>;
  readonly sizeBytes: number;
  readonly user?: number;
  readonly tags?: readonly string[];
}

const define = (short: Short): ImageDefinition => ({
  repository: short.repository,
  entrypoint: short.entrypoint ?? [],
  command: short.run,
  programs: new Map(
    (short.programs ?? []).map(([name, program, mode]) => [
      name,
      mode === undefined ? standIn(program) : { kind: "stand-in", name: program, setsUserId: true },
    ]),
  ),
  shell: short.shell ?? false,
  env: [["PATH", path], ...(short.env ?? [])],
  workingDir: short.workingDir ?? "/",
  files: short.files ?? [],
  sizeBytes: short.sizeBytes,
  user: short.user ?? 0,
  ...(short.tags === undefined ? {} : { tags: short.tags }),
  content: "stand-in 1",
});

const bootcamp = (repository: string): Short => ({
  repository,
  run: ["node", "server.js"],
  programs: [["node", "bootcamp"]],
  shell: true,
  sizeBytes: 82_700_000,
  // The tutorial has its readers update to a tag that there is not.
  tags: ["v1", "v2", "latest"],
});

const standIns: readonly Short[] = [
  {
    repository: "docker.io/library/nginx",
    entrypoint: ["/docker-entrypoint.sh"],
    run: ["nginx", "-g", "daemon off;"],
    programs: [
      ["nginx", "nginx"],
      ["docker-entrypoint.sh", "nginx"],
    ],
    shell: true,
    files: [["/usr/share/nginx/html/index.html", nginxWelcome]],
    sizeBytes: 72_000_000,
  },
  {
    repository: "docker.io/library/httpd",
    run: ["httpd-foreground"],
    programs: [
      ["httpd-foreground", "httpd"],
      ["httpd", "httpd"],
    ],
    shell: true,
    workingDir: "/usr/local/apache2",
    files: [["/usr/local/apache2/htdocs/index.html", httpdWelcome]],
    sizeBytes: 58_000_000,
  },
  {
    repository: "registry.k8s.io/e2e-test-images/agnhost",
    entrypoint: ["/agnhost"],
    run: ["pause"],
    programs: [
      ["agnhost", "agnhost"],
      ["agnhost-2", "agnhost"],
    ],
    shell: true,
    sizeBytes: 53_000_000,
  },
  { repository: "registry.k8s.io/e2e-test-images/jessie-dnsutils", run: ["sh"], shell: true, sizeBytes: 112_000_000 },
  ...["nautilus", "kitten"].map(
    (picture): Short => ({
      repository: `registry.k8s.io/e2e-test-images/${picture}`,
      run: ["nginx"],
      programs: [["nginx", "nginx"]],
      shell: true,
      files: [
        ["/usr/share/nginx/html/index.html", updateDemoPage(picture)],
        ["/usr/share/nginx/html/data.json", `{\n    "image": "${picture}.jpg"\n}\n`],
      ],
      sizeBytes: 49_000_000,
    }),
  ),
  // The documentation's and the tests' name for an image that there is not.
  { repository: "docker.io/library/webserver", run: [], sizeBytes: 0, tags: [] },
  // As busybox, with a user of its own.
  { repository: "registry.k8s.io/e2e-test-images/nonroot", run: ["sh"], shell: true, user: 1234, sizeBytes: 16_800_000 },
  {
    repository: "registry.k8s.io/e2e-test-images/nonewprivs",
    run: ["nnp"],
    programs: [["nnp", "effective-uid", "sets user id"]],
    shell: true,
    sizeBytes: 7_800_000,
  },
  { repository: "docker.io/library/hello-world", run: ["/hello"], programs: [["hello", "hello-world"]], sizeBytes: 10_000 },
  {
    repository: "registry.k8s.io/pause",
    entrypoint: ["/pause"],
    run: [],
    programs: [["pause", "pause"]],
    sizeBytes: 320_000,
  },
  { repository: "docker.io/library/busybox", run: ["sh"], shell: true, sizeBytes: 2_200_000 },
  { repository: "docker.io/library/alpine", run: ["/bin/sh"], shell: true, sizeBytes: 3_600_000 },
  {
    repository: "docker.io/hashicorp/http-echo",
    entrypoint: ["/http-echo"],
    run: [],
    programs: [["http-echo", "http-echo"]],
    sizeBytes: 3_000_000,
  },
  {
    repository: "docker.io/ealen/echo-server",
    run: ["node", "server"],
    programs: [["node", "echo-server"]],
    shell: true,
    sizeBytes: 54_000_000,
  },
  {
    repository: "registry.k8s.io/echoserver",
    run: ["echoserver"],
    programs: [["echoserver", "echo-server"]],
    shell: true,
    env: [["PORT", "8080"]],
    sizeBytes: 46_000_000,
  },
  { repository: "docker.io/curlimages/curl", entrypoint: ["curl"], run: ["--help"], shell: true, sizeBytes: 10_000_000 },
  { repository: "docker.io/radial/busyboxplus", run: ["sh"], shell: true, sizeBytes: 6_400_000 },
  bootcamp("gcr.io/google-samples/kubernetes-bootcamp"),
  bootcamp("docker.io/jocatalin/kubernetes-bootcamp"),
  {
    repository: "registry.k8s.io/e2e-test-images/sample-apiserver",
    entrypoint: ["/sample-apiserver"],
    run: [],
    programs: [["sample-apiserver", "sample-apiserver"]],
    sizeBytes: 25_000_000,
  },
  {
    repository: "registry.k8s.io/etcd",
    run: ["etcd"],
    programs: [["etcd", "etcd"]],
    shell: true,
    sizeBytes: 58_000_000,
  },
  {
    repository: "gcr.io/google-samples/node-hello",
    run: ["node", "server.js"],
    programs: [["node", "node-hello"]],
    shell: true,
    sizeBytes: 82_700_000,
  },
  {
    repository: "gcr.io/google-samples/gb-frontend",
    run: ["apache2-foreground"],
    programs: [["apache2-foreground", "gb-frontend"]],
    shell: true,
    sizeBytes: 322_000_000,
  },
];

/** `registry.k8s.io` images are known by their former registry too. */
const aliases: ReadonlyArray<readonly [string, string]> = [
  ["k8s.gcr.io/pause", "registry.k8s.io/pause"],
  ["k8s.gcr.io/e2e-test-images/agnhost", "registry.k8s.io/e2e-test-images/agnhost"],
  ["gcr.io/kubernetes-e2e-test-images/nautilus", "registry.k8s.io/e2e-test-images/nautilus"],
  ["gcr.io/kubernetes-e2e-test-images/kitten", "registry.k8s.io/e2e-test-images/kitten"],
  ["gcr.io/kubernetes-e2e-test-images/sample-apiserver", "registry.k8s.io/e2e-test-images/sample-apiserver"],
  ["k8s.gcr.io/etcd", "registry.k8s.io/etcd"],
  ["gcr.io/kubernetes-e2e-test-images/jessie-dnsutils", "registry.k8s.io/e2e-test-images/jessie-dnsutils"],
  ["k8s.gcr.io/e2e-test-images/jessie-dnsutils", "registry.k8s.io/e2e-test-images/jessie-dnsutils"],
  ["gcr.io/kubernetes-e2e-test-images/echoserver", "registry.k8s.io/echoserver"],
  ["registry.k8s.io/e2e-test-images/echoserver", "registry.k8s.io/echoserver"],
  ["gcr.io/google_containers/pause", "registry.k8s.io/pause"],
  ["gcr.io/google_containers/echoserver", "registry.k8s.io/echoserver"],
  ["k8s.gcr.io/echoserver", "registry.k8s.io/echoserver"],
  ["us-docker.pkg.dev/google-samples/containers/gke/gb-frontend", "gcr.io/google-samples/gb-frontend"],
  ["registry.k8s.io/e2e-test-images/nginx", "docker.io/library/nginx"],
  ["registry.k8s.io/e2e-test-images/busybox", "docker.io/library/busybox"],
  ["registry.k8s.io/busybox", "docker.io/library/busybox"],
  ["registry.k8s.io/e2e-test-images/httpd", "docker.io/library/httpd"],
  ["registry.k8s.io/e2e-test-images/pause", "registry.k8s.io/pause"],
  ["gcr.io/kubernetes-e2e-test-images/nonroot", "registry.k8s.io/e2e-test-images/nonroot"],
  ["gcr.io/kubernetes-e2e-test-images/nonewprivs", "registry.k8s.io/e2e-test-images/nonewprivs"],
];

/** An image of the user's own, as data that can be sent to another thread. */
export interface RegisteredImage {
  readonly name: string;
  /** URL of an ES module, or the text of a function. */
  readonly program: { readonly kind: "module"; readonly url: string } | { readonly kind: "function"; readonly text: string };
}

export class ImageCatalog {
  private readonly definitions = new Map<string, ImageDefinition>();

  constructor(registered: readonly RegisteredImage[] = []) {
    for (const short of standIns) this.definitions.set(short.repository, define(short));
    for (const [name, of] of aliases) {
      const definition = this.definitions.get(of);
      if (definition !== undefined) this.definitions.set(name, definition);
    }
    for (const image of registered) this.register(image);
  }

  /** Adds an image; with a tag in its name only that tag, else all. Throws RangeError on a name that is none. */
  register(image: RegisteredImage): void {
    const reference = parseImageReference(image.name);
    if (reference === undefined) throw new RangeError(`invalid image name "${image.name}": invalid reference format`);
    const tagged = image.name.slice(image.name.lastIndexOf("/") + 1).includes(":");
    const name = reference.repository.slice(reference.repository.lastIndexOf("/") + 1);
    this.definitions.set(tagged ? reference.full : reference.repository, {
      repository: reference.repository,
      entrypoint: [name],
      command: [],
      programs: new Map<string, Program>([
        [name, image.program],
        ["node", { kind: "node" }],
      ]),
      shell: true,
      env: [["PATH", path]],
      workingDir: "/",
      files: [],
      sizeBytes: 0,
      user: 0,
      content: image.program.kind === "module" ? image.program.url : image.program.text,
    });
  }

  find(image: string): ImageDefinition | undefined {
    const reference = parseImageReference(image);
    if (reference === undefined) return undefined;
    const own = this.definitions.get(reference.full) ?? this.definitions.get(reference.repository);
    if (own !== undefined) return own;
    return reference.repository === "docker.io/library/node" ? nodeImage : undefined;
  }
}

/** True for a tag that a known repository does not have. */
export const lacksTag = ({ tags }: ImageDefinition, { tag }: ImageReference): boolean =>
  tags !== undefined && tag !== undefined && !tags.includes(tag);

const nodeImage: ImageDefinition = {
  repository: "docker.io/library/node",
  entrypoint: [],
  command: ["node"],
  programs: new Map<string, Program>([["node", { kind: "node" }]]),
  shell: true,
  env: [["PATH", path]],
  workingDir: "/",
  files: [],
  sizeBytes: 0,
  user: 0,
  content: "node",
};

/** How the runtime lists an image of which there is a definition. */
export function imageRecord(reference: string, definition: ImageDefinition): ImageRecord {
  const tag = parseImageReference(reference)?.tag ?? "";
  const digest = `sha256:${standInDigest(`${definition.repository} ${tag} ${definition.content}`)}`;
  const { repository, sizeBytes } = definition;
  return { reference, id: digest, repoDigest: `${repository}@${digest}`, sizeBytes, simulated: false, uid: definition.user };
}

/** What small images have not got of the shell's applets. */
const lacking: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["docker.io/library/busybox", new Set(["curl", "dig", "getent"])],
  ["docker.io/library/alpine", new Set(["curl", "dig"])],
]);

export const lacksApplet = (repository: string, applet: string): boolean => lacking.get(repository)?.has(applet) ?? false;

const binaries = /^(?:\/|\/usr)?(?:\/local)?\/?(?:s?bin\/)?([^/]+)$/;

/** The program that a command line names in an image: one of its own, or one of the shell's applets. */
export function findProgram(definition: ImageDefinition, name: string, applets: ReadonlySet<string>): Program | undefined {
  const file = binaries.exec(name)?.[1];
  if (file === undefined) return undefined;
  const own = definition.programs.get(file);
  if (own !== undefined) return own;
  return definition.shell && applets.has(file) ? standIn("busybox") : undefined;
}
