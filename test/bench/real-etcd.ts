/** Debian's etcd in a process of its own, as a yardstick. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { freePort, pause, removeDirectory, temporaryDirectory } from "./child-cluster.js";

const startWithinMs = 10_000;

export class RealEtcd {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly directory: string,
  ) {}

  /** Undefined where there is no such program. */
  static async start(program = "etcd"): Promise<RealEtcd | undefined> {
    if (spawnSync(program, ["--version"], { stdio: "ignore" }).error !== undefined) return undefined;
    const [clients, peers] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
    const directory = temporaryDirectory();
    const child = spawn(
      program,
      [
        ...["--data-dir", directory, "--initial-cluster", `default=${peers}`],
        ...["--listen-client-urls", clients, "--advertise-client-urls", clients],
        ...["--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers],
      ],
      { stdio: "ignore" },
    );
    const etcd = new RealEtcd(clients, child, directory);
    const deadlineMs = performance.now() + startWithinMs;
    while (performance.now() < deadlineMs) {
      const answer = await fetch(`${clients}/health`).catch(() => undefined);
      if (answer?.ok === true) return etcd;
      await pause(50);
    }
    await etcd.stop();
    throw new Error(`etcd was not healthy within ${startWithinMs} ms`);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGTERM");
    await ended;
    removeDirectory(this.directory);
  }
}
