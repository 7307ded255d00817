/**
 * What a namespace's labels say of the security of its pods.
 * https://kubernetes.io/docs/concepts/security/pod-security-admission/
 */
import { at, type FieldError, invalidValue } from "../field-errors.js";

export type Level = "privileged" | "baseline" | "restricted";

/** From lenient to strict. */
const levels: readonly Level[] = ["privileged", "baseline", "restricted"];

/** The newest version whose rules are known here. */
export const newestMinor = 33;

export interface LevelVersion {
  readonly level: Level;
  /** `latest` or `v1.28`. */
  readonly version: string;
}

export const modes = ["enforce", "audit", "warn"] as const;
type Mode = (typeof modes)[number];

export type Policy = Readonly<Record<Mode, LevelVersion>>;

const labelPrefix = "pod-security.kubernetes.io/";
const versionPattern = /^v1\.(0|[1-9][0-9]*)$/;

/** How it is shown: `restricted:latest`. */
export const levelText = ({ level, version }: LevelVersion): string => `${level}:${version}`;

/** The minor version whose rules apply: those of versions that are not known yet are the newest. */
export const minorOf = ({ version }: LevelVersion): number => {
  const minor = versionPattern.exec(version)?.[1];
  return minor === undefined ? newestMinor : Math.min(Number(minor), newestMinor);
};

/** Positive when `left` is stricter. */
export const compareLevels = (left: Level, right: Level): number => levels.indexOf(left) - levels.indexOf(right);

const lenient: LevelVersion = { level: "privileged", version: "latest" };
const noLabels: Policy = { enforce: lenient, audit: lenient, warn: lenient };

type Labels = { readonly [name: string]: string } | undefined;

export interface ReadPolicy {
  readonly policy: Policy;
  readonly errors: readonly FieldError[];
}

const unlabelled: ReadPolicy = { policy: noLabels, errors: [] };

/** Reads one mode's labels; a level that is none counts as the strictest. */
function readMode(labels: NonNullable<Labels>, mode: Mode, errors: FieldError[]): LevelVersion {
  const levelLabel = `${labelPrefix}${mode}`;
  const versionLabel = `${levelLabel}-version`;
  const level = labels[levelLabel] ?? "privileged";
  const version = labels[versionLabel] ?? "latest";
  const isLevel = (levels as readonly string[]).includes(level);
  const isVersion = version === "latest" || versionPattern.test(version);
  if (!isLevel) errors.push(invalidValue(at("metadata.labels", levelLabel), level, `must be one of ${levels.join(", ")}`));
  if (!isVersion) errors.push(invalidValue(at("metadata.labels", versionLabel), version, 'must be "latest" or "v1.x"'));
  return { level: isLevel ? (level as Level) : "restricted", version: isVersion ? version : "latest" };
}

/** The policy of a namespace with these labels. Who enforces a level warns of it too, where nothing else is said. */
export function policyOf(labels: Labels): ReadPolicy {
  if (labels === undefined || !Object.keys(labels).some((name) => name.startsWith(labelPrefix))) return unlabelled;
  const errors: FieldError[] = [];
  const enforce = readMode(labels, "enforce", errors);
  const audit = readMode(labels, "audit", errors);
  const warn = readMode(labels, "warn", errors);
  const isGiven = (label: string): boolean => labels[labelPrefix + label] !== undefined;
  const enforces = (levels as readonly string[]).includes(labels[`${labelPrefix}enforce`] ?? "");
  if (isGiven("warn") || !enforces || compareLevels(enforce.level, warn.level) <= 0) {
    return { policy: { enforce, audit, warn }, errors };
  }
  const warned = { level: enforce.level, version: isGiven("warn-version") ? warn.version : enforce.version };
  return { policy: { enforce, audit, warn: warned }, errors };
}

export const isPrivileged = (policy: Policy, of: readonly Mode[] = modes): boolean =>
  of.every((mode) => policy[mode].level === "privileged");
