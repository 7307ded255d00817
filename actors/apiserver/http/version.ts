import { kubernetesVersion } from "../../../src/api/release.js";

/** /version: what of Kubernetes is served. Clients compare `gitVersion` as a semantic version. */
export const versionInfo = {
  major: "1",
  minor: "33",
  emulationMajor: "1",
  emulationMinor: "33",
  minCompatibilityMajor: "1",
  minCompatibilityMinor: "32",
  gitVersion: `${kubernetesVersion}+chartroom`,
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "2025-09-01T00:00:00Z",
  goVersion: "none",
  compiler: "tsc",
  platform: "javascript/node",
} as const;
