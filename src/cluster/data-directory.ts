/** Where a cluster keeps what outlives it. `memory` clusters have one too, a temporary one, for the kubeconfig and volumes. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type ClusterKeys, completeKeys } from "../pki/authority.js";
import type { KeyAndCertificate } from "../pki/certificate.js";
import { isProcess, lockDirectory } from "./lock.js";
import { ClusterError } from "./options.js";

/** Grows when a later release would misread what an earlier one wrote. */
export const dataFormatVersion = 1;

/** What is remembered from one start to the next. */
interface Description {
  readonly formatVersion: number;
  /** The address ranges that the cluster last had. */
  readonly slot?: number;
}

const pairs = {
  ca: "ca",
  server: "apiserver",
  admin: "admin",
  frontProxyCa: "front-proxy-ca",
  frontProxy: "front-proxy-client",
} as const;

const secrets = { serviceAccountKey: "pki/sa.key", adminToken: "pki/admin.token" } as const;

/** One after another: Node's recursive mkdir never returns where a directory that there is takes none, as /proc. */
function makeDirectories(directory: string): void {
  const missing: string[] = [];
  for (let path = resolve(directory); !existsSync(path) && path !== dirname(path); path = dirname(path)) missing.unshift(path);
  for (const path of missing) {
    try {
      mkdirSync(path, { mode: 0o700 });
    } catch (error) {
      // Another cluster may have made it meanwhile; which of them has it is for the lock to say.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** Makes and locks a directory. Returns how to let go. */
function occupy(directory: string): () => void {
  try {
    makeDirectories(directory);
    return lockDirectory(directory);
  } catch (error) {
    if (error instanceof ClusterError) throw error;
    throw new ClusterError(
      `the data directory ${directory} cannot be written (${(error as NodeJS.ErrnoException).code ?? String(error)}): choose another with --data-dir, or use --memory without one`,
    );
  }
}

/** A directory that was named for a cluster that keeps nothing: it holds the kubeconfig, as long as the cluster runs. */
export class KubeconfigPlace {
  private readonly written: string[] = [];

  private constructor(
    private readonly path: string,
    private readonly unlock: () => void,
  ) {}

  static open(path: string): KubeconfigPlace {
    const directory = resolve(path);
    return new KubeconfigPlace(directory, occupy(directory));
  }

  write(name: string, content: string, mode: number): string {
    const path = join(this.path, name);
    writeFileSync(path, content, { mode });
    this.written.push(path);
    return path;
  }

  close(): void {
    for (const path of this.written) rmSync(path, { force: true });
    this.unlock();
    if (readdirSync(this.path).length === 0) rmdirSync(this.path);
  }
}

export class DataDirectory {
  private constructor(
    readonly path: string,
    private readonly temporary: boolean,
    private readonly unlock: () => void,
  ) {}

  /** Opens and locks it; makes it where it is missing. Throws a ClusterError that says what is in the way. */
  static open(path: string | undefined): DataDirectory {
    if (path === undefined) removeOrphans();
    const directory = path === undefined ? mkdtempSync(join(tmpdir(), `chartroom-${process.pid}-`)) : resolve(path);
    const opened = new DataDirectory(directory, path === undefined, occupy(directory));
    try {
      opened.checkFormat();
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  }

  /** The ranges' number that the cluster had last. */
  get slot(): number | undefined {
    return this.describe().slot;
  }

  set slot(slot: number | undefined) {
    this.write("chartroom.json", `${JSON.stringify({ ...this.describe(), slot })}\n`, 0o644);
  }

  /** The cluster's keys, made where they are missing. */
  keys(serverNames: readonly string[]): ClusterKeys {
    mkdirSync(join(this.path, "pki"), { recursive: true, mode: 0o700 });
    const pair = (name: string): KeyAndCertificate | undefined => {
      const [key, certificate] = [this.read(`pki/${name}.key`), this.read(`pki/${name}.crt`)];
      return key === undefined || certificate === undefined ? undefined : { key, certificate };
    };
    const kept = {
      ca: pair(pairs.ca),
      server: pair(pairs.server),
      admin: pair(pairs.admin),
      frontProxyCa: pair(pairs.frontProxyCa),
      frontProxy: pair(pairs.frontProxy),
      serviceAccountKey: this.read(secrets.serviceAccountKey),
      adminToken: this.read(secrets.adminToken),
    };
    const keys = completeKeys(
      Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)) as Partial<ClusterKeys>,
      serverNames,
    );
    for (const [which, name] of Object.entries(pairs) as Array<[keyof typeof pairs, string]>) {
      if (keys[which] === kept[which]) continue;
      this.write(`pki/${name}.key`, keys[which].key, 0o600);
      this.write(`pki/${name}.crt`, keys[which].certificate, 0o644);
    }
    for (const [which, file] of Object.entries(secrets) as Array<[keyof typeof secrets, string]>) {
      if (kept[which] === undefined) this.write(file, keys[which], 0o600);
    }
    return keys;
  }

  /** Makes a directory below this one, and gives its path. */
  directory(...parts: readonly string[]): string {
    const path = join(this.path, ...parts);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  }

  write(name: string, content: string, mode: number): string {
    const path = join(this.path, name);
    writeFileSync(path, content, { mode });
    return path;
  }

  close(): void {
    this.unlock();
    if (this.temporary) rmSync(this.path, { recursive: true, force: true });
  }

  private checkFormat(): void {
    const { formatVersion } = this.describe();
    if (formatVersion !== dataFormatVersion)
      throw new ClusterError(
        `the data directory ${this.path} has format version ${formatVersion}, this release reads ${dataFormatVersion}: use the release that wrote it, or choose another directory with --data-dir`,
      );
    this.slot = this.slot;
  }

  private describe(): Description {
    const text = this.read("chartroom.json");
    if (text === undefined) return { formatVersion: dataFormatVersion };
    try {
      return JSON.parse(text) as Description;
    } catch {
      throw new ClusterError(
        `${join(this.path, "chartroom.json")} is not JSON: restore it, or choose another directory with --data-dir`,
      );
    }
  }

  private read(name: string): string | undefined {
    try {
      return readFileSync(join(this.path, name), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }
}

/** Temporary directories of processes that were killed before they could remove them. */
function removeOrphans(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(/^chartroom-(\d+)-\w{6}$/.exec(name)?.[1]);
    if (!Number.isInteger(pid) || isProcess(pid)) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch (error) {
      // Another user's: theirs to remove.
      if ((error as NodeJS.ErrnoException).code !== "EACCES" && (error as NodeJS.ErrnoException).code !== "EPERM") throw error;
    }
  }
}
