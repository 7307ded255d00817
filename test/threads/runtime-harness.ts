/** The worker driver in the shim's thread, as runc uses it, with promises for tests. */
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  ContainerExit,
  ContainerRecord,
  ContainerSpec,
  DriverError,
  DriverEvent,
  DriverOutcome,
  LogOptions,
  OnOutcome,
  PortMapping,
  SandboxSpec,
} from "../../actors/runc/io/driver.js";
import { RemoteDriver } from "../../actors/runc/io/shim/remote-driver.js";
import { Shim, type ShimOptions } from "../../actors/runc/io/shim/start.js";
import { claimRanges, type Ranges } from "../../src/cluster/ranges.js";

const deadlineMs = 5_000;

export class RuntimeHarness {
  readonly directory = mkdtempSync(join(tmpdir(), "chartroom-test-"));
  readonly shim: Shim;
  driver: RemoteDriver;
  readonly events: DriverEvent[] = [];
  private readonly waiters = new Set<() => void>();
  /** Where its pods ask for names; a test that wants an answer serves there. */
  readonly dnsAddress: string;
  private counter = 0;
  private lastAddress = 1;

  private constructor(
    private readonly ranges: Ranges,
    options: Partial<ShimOptions>,
  ) {
    this.shim = new Shim({ directory: join(this.directory, "containers"), ...options });
    this.driver = this.connect();
    this.dnsAddress = ranges.dnsAddress;
  }

  /** With addresses of its own, as a cluster has them: others may run beside it. */
  static async started(options: Partial<ShimOptions> = {}): Promise<RuntimeHarness> {
    return new RuntimeHarness(await claimRanges(undefined), options);
  }

  get nodeAddress(): string {
    return this.ranges.nodeAddress(1);
  }

  /** Of the pods' range: `127.16.1.7` for 7. */
  podAddress(number: number): string {
    return this.ranges.nodePodCidr(1).replace(/0\/24$/, String(number));
  }

  connect(): RemoteDriver {
    const driver = new RemoteDriver(this.shim.connect("node-1"), () => {});
    driver.listen((event) => {
      this.events.push(event);
      for (const wake of this.waiters) wake();
    });
    return driver;
  }

  async stop(): Promise<void> {
    await this.shim.stop();
    rmSync(this.directory, { recursive: true, force: true });
    this.ranges.release();
  }

  done<Value>(ask: (onDone: OnOutcome<Value>) => void): Promise<Value> {
    return new Promise((resolve, reject) => {
      ask((outcome: DriverOutcome<Value>) => {
        if (outcome.ok) resolve(outcome.value);
        else reject(Object.assign(new Error(outcome.error.message), { reason: outcome.error.reason }));
      });
    });
  }

  /** Waits until an event has come for which `find` gives something. */
  waitFor<Found>(find: (event: DriverEvent) => Found | undefined): Promise<Found> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("no such event came")), deadlineMs);
      const look = (): void => {
        for (const event of this.events) {
          const found = find(event);
          if (found === undefined) continue;
          clearTimeout(timer);
          this.waiters.delete(look);
          resolve(found);
          return;
        }
      };
      this.waiters.add(look);
      look();
    });
  }

  exitOf = (id: string): Promise<ContainerExit> =>
    this.waitFor((event) => (event.type === "exited" && event.id === id ? event.exit : undefined));

  portOf = (id: string): Promise<PortMapping> =>
    this.waitFor((event) => (event.type === "portOpened" && event.id === id ? event.mapping : undefined));

  async sandbox(name = "web", change: Partial<SandboxSpec> = {}): Promise<{ id: string; podIP: string }> {
    this.counter += 1;
    this.lastAddress += 1;
    const id = `sandbox-${this.counter}`;
    const podIP = this.podAddress(this.lastAddress);
    const searches = ["default.svc.cluster.local", "svc.cluster.local", "cluster.local"];
    const dns = { servers: [this.dnsAddress], searches, options: ["ndots:5"] };
    const hostAliases = [{ ip: "127.20.9.9", hostnames: ["foo.local", "bar.local"] }];
    await this.done<void>((onDone) =>
      this.driver.runSandbox(
        {
          ...{ id, namespace: "default", name, uid: id, attempt: 0, hostname: name, podIP, createdAtMs: 0 },
          ...{ hostNetwork: false, sysctls: [], portMappings: [], hostDomain: "shop.default.svc.cluster.local" },
          ...{ dns, hostAliases, ...change },
        },
        onDone,
      ),
    );
    return { id, podIP };
  }

  async create(image: string, change: Partial<ContainerSpec> = {}): Promise<ContainerRecord & { id: string; podIP: string }> {
    await this.done((onDone) => this.driver.pullImage(image, onDone));
    const sandbox = change.sandboxId === undefined ? await this.sandbox() : { id: change.sandboxId, podIP: "" };
    this.counter += 1;
    const spec: ContainerSpec = {
      id: `container-${this.counter}`,
      sandboxId: sandbox.id,
      name: "main",
      attempt: 0,
      image,
      command: [],
      args: [],
      workingDir: "",
      env: [],
      mounts: [],
      memoryLimitBytes: 0,
      ports: [],
      stdin: false,
      stdinOnce: false,
      tty: false,
      terminationMessage: { path: "/dev/termination-log", fallbackToLogs: false },
      security: { supplementalGroups: [], readonlyRootfs: false, privileged: false, noNewPrivs: false },
      ...change,
    };
    const record = await this.done<ContainerRecord>((onDone) => this.driver.create(spec, onDone));
    return { ...record, id: spec.id, podIP: sandbox.podIP };
  }

  async run(image: string, change: Partial<ContainerSpec> = {}): Promise<{ id: string; podIP: string }> {
    const { id, podIP } = await this.create(image, change);
    await this.done<void>((onDone) => this.driver.start(id, onDone));
    return { id, podIP };
  }

  shell(script: string, change: Partial<ContainerSpec> = {}): Promise<{ id: string; podIP: string }> {
    return this.run("busybox", { command: ["sh", "-c", script], ...change });
  }

  kill(id: string, signal: string): Promise<void> {
    return this.done<void>((onDone) => this.driver.kill(id, signal, onDone));
  }

  async log(id: string, options: Partial<LogOptions> = {}, until?: (text: string) => boolean): Promise<string> {
    return new Promise((settle, reject) => {
      let text = "";
      const timer = setTimeout(() => reject(new Error(`the log is still: ${text}`)), deadlineMs);
      const resolve = (found: string): void => {
        clearTimeout(timer);
        settle(found);
      };
      const reading = this.driver.readLog(
        id,
        { follow: until !== undefined, ...options },
        {
          onEntries: (entries) => {
            for (const entry of entries) text += entry.partial ? entry.text : `${entry.text}\n`;
            if (until?.(text)) {
              reading.cancel();
              resolve(text);
            } else reading.next();
          },
          onEnd: (error) => (error === undefined ? resolve(text) : reject(new Error(error.message))),
        },
      );
    });
  }

  /** Types at the first process and has no more to say: the exit code that it hears then. */
  type(id: string, typed: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const failed = (why: string): void => reject(new Error(why));
      const reader = { onOutput: () => {}, onExit: resolve, onError: ({ message }: DriverError) => failed(message) };
      const process = this.driver.attach(id, { stdin: true, tty: false }, reader);
      process.write(Buffer.from(typed));
      process.closeStdin();
    });
  }

  /** Types at the first process, once something of what it writes asks for it. */
  attach(
    id: string,
    answers: ReadonlyArray<readonly [string, string]>,
    tty: boolean,
  ): Promise<{ exitCode: number; output: string }> {
    return new Promise((resolve, reject) => {
      let output = "";
      const left = [...answers];
      const timer = setTimeout(() => reject(new Error(`attached, and heard only: ${output}`)), deadlineMs);
      const process = this.driver.attach(
        id,
        { stdin: true, tty },
        {
          onOutput: (_stream, bytes) => {
            process.taken(bytes.length);
            output += Buffer.from(bytes).toString("utf8");
            const [asked, answer] = left[0] ?? [];
            if (asked === undefined || answer === undefined || !output.includes(asked)) return;
            left.shift();
            process.write(Buffer.from(answer));
          },
          onExit: (exitCode) => {
            clearTimeout(timer);
            resolve({ exitCode, output });
          },
          onError: (error) => reject(new Error(error.message)),
        },
      );
      process.write(Buffer.from(tty ? "\r" : "\n"));
    });
  }

  /** A terminal at which `typed` is typed one after the other, each once its question has been heard. */
  terminal(id: string, typed: ReadonlyArray<readonly [string, string]>): Promise<{ exitCode: number; output: string }> {
    return new Promise((resolve, reject) => {
      let output = "";
      let heard = 0;
      const left = [...typed];
      const timer = setTimeout(() => reject(new Error(`the terminal has shown only: ${output}`)), deadlineMs);
      const process = this.driver.exec(
        id,
        { command: ["sh"], stdin: true, tty: true },
        {
          onOutput: (_stream, bytes) => {
            process.taken(bytes.length);
            output += Buffer.from(bytes).toString("utf8");
            const [asked = "", answer = ""] = left[0] ?? [];
            const at = output.indexOf(asked, heard);
            if (left.length === 0 || at < 0) return;
            heard = at + asked.length;
            left.shift();
            process.write(Buffer.from(answer));
          },
          onExit: (exitCode) => {
            clearTimeout(timer);
            resolve({ exitCode, output });
          },
          onError: (error) => reject(new Error(error.message)),
        },
      );
    });
  }

  exec(
    id: string,
    command: readonly string[],
    stdin?: string,
    tty = false,
  ): Promise<{ exitCode: number; stdout: string; stderr: string }> {
    return new Promise((resolve, reject) => {
      const written = { stdout: "", stderr: "" };
      const timer = setTimeout(
        () => reject(new Error(`${command.join(" ")} has not ended: ${JSON.stringify(written).slice(0, 300)}`)),
        deadlineMs,
      );
      const process = this.driver.exec(
        id,
        { command, stdin: stdin !== undefined, tty },
        {
          onOutput: (stream, bytes) => {
            written[stream] += Buffer.from(bytes).toString("utf8");
            process.taken(bytes.length);
          },
          onExit: (exitCode) => {
            clearTimeout(timer);
            resolve({ exitCode, ...written });
          },
          onError: (error) => {
            clearTimeout(timer);
            reject(Object.assign(new Error(error.message), { reason: error.reason, exitCode: error.exitCode }));
          },
        },
      );
      if (stdin !== undefined) {
        process.write(Buffer.from(stdin));
        process.closeStdin();
      }
    });
  }
}

export const get = (mapping: PortMapping, path = "/"): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    http
      .get({ host: mapping.address, port: mapping.mappedPort, path, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }));
      })
      .on("error", reject);
  });
