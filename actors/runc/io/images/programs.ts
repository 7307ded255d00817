/** The stand-ins' programs by name. Each is loaded only by the container that runs it. */
import type { ProgramFunction } from "../container/entry.js";

type Loader = () => Promise<ProgramFunction>;

export const standInPrograms: ReadonlyMap<string, Loader> = new Map<string, Loader>([
  ["nginx", async () => (await import("./nginx.js")).nginx],
  ["httpd", async () => (await import("./httpd.js")).httpd],
  ["agnhost", async () => (await import("./agnhost.js")).agnhost],
  ["effective-uid", async () => (await import("./small.js")).effectiveUid],
  ["hello-world", async () => (await import("./small.js")).helloWorld],
  ["pause", async () => (await import("./small.js")).pause],
  ["bootcamp", async () => (await import("./small.js")).bootcamp],
  ["node-hello", async () => (await import("./small.js")).nodeHelloServer],
  ["gb-frontend", async () => (await import("./small.js")).guestbookFrontend],
  ["http-echo", async () => (await import("./echo.js")).httpEcho],
  ["echo-server", async () => (await import("./echo.js")).echoServer],
  ["sample-apiserver", async () => (await import("./sample-apiserver/serve.js")).sampleApiserver],
  ["etcd", async () => (await import("./etcd.js")).etcd],
  ["busybox", async () => (await import("./busybox.js")).busybox],
]);
