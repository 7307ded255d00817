/** What the conformance tests share: a cluster of their own, and the real clients that they drive against it. */
import { suite, type Test } from "uvu";
import type { ClusterOptions } from "../../src/cluster/options.js";
import { KubectlWorld } from "../interop/kubectl-world.js";
import { type KubectlVersion, kubectlOf, leaveOut } from "../support/tools.js";

/** One test for each of the versions; what is defined by `define` runs with every one of them, on one cluster. */
export function kubectlVersionsSuite(
  name: string,
  versions: readonly KubectlVersion[],
  options: ClusterOptions,
  define: (test: Test, world: (version: KubectlVersion) => KubectlWorld) => void,
): void {
  const test = suite(name);
  const binaries = new Map(versions.map((version) => [version, kubectlOf(version)] as const));
  const missing = versions.filter((version) => binaries.get(version) === undefined);
  if (missing.length > 0) {
    test("needs kubectl", () => leaveOut(`kubectl ${missing.join(", ")} is not to be had from npm`));
    test.run();
    return;
  }
  const worlds = new Map<KubectlVersion, KubectlWorld>();
  test.before(async () => {
    const [first, ...others] = versions;
    const world = await KubectlWorld.start(binaries.get(first as KubectlVersion) as string, options);
    worlds.set(first as KubectlVersion, world);
    for (const version of others) worlds.set(version, world.with(binaries.get(version) as string));
  });
  test.after(() => worlds.get(versions[0] as KubectlVersion)?.stop());
  define(test, (version) => worlds.get(version) as KubectlWorld);
  test.run();
}

export const everyKubectl: readonly KubectlVersion[] = ["1.27", "1.30", "1.33", "1.35"];
