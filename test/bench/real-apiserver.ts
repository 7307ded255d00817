/**
 * A real kube-apiserver over a real etcd, to be measured beside Chartroom on the same machine in the same minutes. Their programs are
 * those that controller-runtime's envtest uses: the folder that KUBEBUILDER_ASSETS names.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, pause, removeDirectory, temporaryDirectory } from "./child-cluster.js";
import { Connection, type Target } from "./connection.js";
import { RealEtcd } from "./real-etcd.js";

const startWithinMs = 30_000;

export class RealApiserver implements Target {
  readonly token = "of-an-administrator";
  private output = "";
  private readonly child: ChildProcess;

  private constructor(
    program: string,
    readonly port: number,
    private readonly etcd: RealEtcd,
    private readonly directory: string,
  ) {
    const { privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      privateKeyEncoding: { type: "pkcs1", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    const key = join(directory, "service-accounts.key");
    const tokens = join(directory, "tokens.csv");
    writeFileSync(key, privateKey);
    writeFileSync(tokens, `${this.token},admin,admin,"system:masters"\n`);
    this.child = spawn(
      program,
      [
        ...[`--etcd-servers=${etcd.url}`, `--secure-port=${port}`, "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1"],
        ...[`--cert-dir=${join(directory, "certificates")}`, `--token-auth-file=${tokens}`, "--authorization-mode=Node,RBAC"],
        ...["--service-account-issuer=https://kubernetes.default.svc", `--service-account-key-file=${key}`],
        ...[`--service-account-signing-key-file=${key}`, "--service-cluster-ip-range=10.0.0.0/24"],
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    this.child.stderr?.on("data", (chunk: Buffer) => {
      this.output = (this.output + chunk.toString("utf8")).slice(-4_000);
    });
  }

  /** Undefined where KUBEBUILDER_ASSETS names no folder with both programs. */
  static async start(): Promise<RealApiserver | undefined> {
    const assets = process.env.KUBEBUILDER_ASSETS ?? "";
    const program = join(assets, "kube-apiserver");
    if (assets === "" || !existsSync(program)) return undefined;
    const etcd = await RealEtcd.start(join(assets, "etcd"));
    if (etcd === undefined) return undefined;
    const apiserver = new RealApiserver(program, await freePort(), etcd, temporaryDirectory());
    try {
      await apiserver.ready();
      return apiserver;
    } catch (error) {
      await apiserver.stop();
      throw error;
    }
  }

  /** Until the default namespace takes objects. */
  private async ready(): Promise<void> {
    const deadlineMs = performance.now() + startWithinMs;
    while (performance.now() < deadlineMs) {
      try {
        const connection = await Connection.open(this);
        const code = await connection.ask("GET", "/api/v1/namespaces/default");
        connection.close();
        if (code === 200) return;
      } catch {
        // It does not listen yet.
      }
      await pause(100);
    }
    throw new Error(`kube-apiserver was not ready within ${startWithinMs} ms: ${this.output}`);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      const ended = new Promise((resolve) => this.child.once("exit", resolve));
      this.child.kill("SIGKILL");
      await ended;
    }
    await this.etcd.stop();
    removeDirectory(this.directory);
  }
}
