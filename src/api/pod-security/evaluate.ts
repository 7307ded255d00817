/** Which checks a level has in which version, and what they find in a pod. */
import * as baseline from "./baseline.js";
import type { Check, CheckedPod, Finding } from "./check.js";
import { type LevelVersion, minorOf } from "./policy.js";
import * as restricted from "./restricted.js";

interface VersionedCheck {
  /** Findings come in the order of these names, those of "baseline" first. */
  readonly id: string;
  /** By the minor version from which on each holds, the newest first. */
  readonly since: ReadonlyArray<readonly [minor: number, check: Check]>;
  /** The milder check that this one takes the place of. */
  readonly overrides?: string;
}

const baselineChecks: readonly VersionedCheck[] = [
  { id: "appArmorProfile", since: [[0, baseline.appArmorProfile]] },
  { id: "capabilities_baseline", since: [[0, baseline.defaultCapabilitiesOnly]] },
  { id: "hostNamespaces", since: [[0, baseline.hostNamespaces]] },
  { id: "hostPathVolumes", since: [[0, baseline.hostPathVolumes]] },
  { id: "hostPorts", since: [[0, baseline.hostPorts]] },
  { id: "privileged", since: [[0, baseline.privileged]] },
  { id: "procMount", since: [[0, baseline.procMount]] },
  {
    id: "seLinuxOptions",
    since: [
      [31, baseline.seLinuxOptionsSince31],
      [0, baseline.seLinuxOptions],
    ],
  },
  {
    id: "seccompProfile_baseline",
    since: [
      [19, baseline.badSeccompProfile],
      [0, baseline.seccompAnnotation],
    ],
  },
  {
    id: "sysctls",
    since: [
      [32, baseline.sysctlsSince32],
      [29, baseline.sysctlsSince29],
      [27, baseline.sysctlsSince27],
      [0, baseline.sysctls],
    ],
  },
  { id: "windowsHostProcess", since: [[0, baseline.windowsHostProcess]] },
];

const restrictedChecks: readonly VersionedCheck[] = [
  {
    id: "allowPrivilegeEscalation",
    since: [
      [25, restricted.exceptWindows(restricted.allowPrivilegeEscalation)],
      [8, restricted.allowPrivilegeEscalation],
    ],
  },
  {
    id: "capabilities_restricted",
    since: [
      [25, restricted.exceptWindows(restricted.restrictedCapabilities)],
      [22, restricted.restrictedCapabilities],
    ],
    overrides: "capabilities_baseline",
  },
  { id: "restrictedVolumes", since: [[0, restricted.restrictedVolumes]], overrides: "hostPathVolumes" },
  { id: "runAsNonRoot", since: [[0, restricted.runAsNonRoot]] },
  { id: "runAsUser", since: [[23, restricted.runAsUser]] },
  {
    id: "seccompProfile_restricted",
    since: [
      [25, restricted.exceptWindows(restricted.restrictedSeccompProfile)],
      [19, restricted.restrictedSeccompProfile],
    ],
    overrides: "seccompProfile_baseline",
  },
];

const checkIn = ({ since }: VersionedCheck, minor: number): Check | undefined => since.find(([from]) => minor >= from)?.[1];

function checksFor(of: LevelVersion): Check[] {
  const minor = minorOf(of);
  const strict = of.level === "restricted" ? restrictedChecks.filter((check) => checkIn(check, minor) !== undefined) : [];
  const overridden = new Set(strict.map(({ overrides }) => overrides));
  return [...baselineChecks.filter(({ id }) => !overridden.has(id)), ...strict].map((check) => checkIn(check, minor)!);
}

/** What a level objects to in a pod; nothing when it may run. */
export const findingsOf = (of: LevelVersion, pod: CheckedPod): Finding[] =>
  of.level === "privileged"
    ? []
    : checksFor(of)
        .map((check) => check(pod))
        .filter((finding) => finding !== undefined);

export const detailsText = (findings: readonly Finding[]): string =>
  findings.map(({ reason, detail }) => `${reason} (${detail})`).join(", ");

export const reasonsText = (findings: readonly Finding[]): string => findings.map(({ reason }) => reason).join(", ");
