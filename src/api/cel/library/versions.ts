import { quote } from "../../go-format.js";
import { type FunctionDeclaration, globalOverload, memberOverload } from "../language/functions.js";
import { bool, int, opaque, string } from "../language/types.js";
import { CelError, maxUint, OpaqueValue, type Result } from "../language/values.js";
import { traversal, traversalEstimate } from "./costs.js";

/** Semantic versions. Source: https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-semver-library and https://semver.org */

export const semverType = opaque("kubernetes.Semver");

interface Version {
  readonly numbers: readonly [major: bigint, minor: bigint, patch: bigint];
  readonly preRelease: readonly string[];
  readonly build: readonly string[];
}

class SemverValue extends OpaqueValue {
  readonly type = semverType;
  constructor(readonly version: Version) {
    super();
  }
  equals(other: OpaqueValue): boolean {
    return other instanceof SemverValue && compareVersions(this.version, other.version) === 0;
  }
}

const compare = <T>(one: T, other: T): -1 | 0 | 1 => (one < other ? -1 : one > other ? 1 : 0);

const comparePart = (one: string, other: string): -1 | 0 | 1 => {
  const [first, second] = [/^\d+$/.test(one), /^\d+$/.test(other)];
  if (first && second) return compare(BigInt(one), BigInt(other));
  return first === second ? compare(one, other) : first ? -1 : 1;
};

/** A version before its release is lower than the release; builds do not matter. */
const compareVersions = (left: Version, right: Version): -1 | 0 | 1 => {
  for (const index of [0, 1, 2] as const) {
    const order = compare(left.numbers[index], right.numbers[index]);
    if (order !== 0) return order;
  }
  const [before, after] = [left.preRelease, right.preRelease];
  if (before.length === 0 || after.length === 0) return before.length === after.length ? 0 : before.length === 0 ? 1 : -1;
  for (let index = 0; index < Math.min(before.length, after.length); index++) {
    const order = comparePart(before[index]!, after[index]!);
    if (order !== 0) return order;
  }
  return compare(before.length, after.length);
};

const numberFault = (name: string, text: string): string | undefined => {
  const lower = name.toLowerCase();
  if (!/^\d+$/.test(text)) return `Invalid character(s) found in ${lower} number ${quote(text)}`;
  if (/^0\d/.test(text)) return `${name} number must not contain leading zeroes ${quote(text)}`;
  return BigInt(text.slice(0, 30)) > maxUint ? `strconv.ParseUint: parsing ${quote(text)}: value out of range` : undefined;
};

const preReleaseFault = (text: string): string | undefined => {
  if (text === "") return "Prerelease is empty";
  if (/^0\d+$/.test(text)) return `Numeric PreRelease version must not contain leading zeroes ${quote(text)}`;
  return /^[0-9A-Za-z-]+$/.test(text) ? undefined : `Invalid character(s) found in prerelease ${quote(text)}`;
};

const buildFault = (text: string): string | undefined => {
  if (text === "") return "Build meta data is empty";
  return /^[0-9A-Za-z-]+$/.test(text) ? undefined : `Invalid character(s) found in build meta data ${quote(text)}`;
};

const splitFirst = (text: string, separator: string): readonly [string, string | undefined] => {
  const index = text.indexOf(separator);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
};

/** The first three parts between dots, the last with all that is left. */
const threeParts = (text: string): string[] => {
  const parts = text.split(".");
  return parts.length <= 3 ? parts : [parts[0]!, parts[1]!, parts.slice(2).join(".")];
};

const parseVersion = (text: string): Version | CelError => {
  if (text === "") return new CelError("Version string empty");
  const [major, minor, rest] = threeParts(text);
  if (rest === undefined) return new CelError("No Major.Minor.Patch elements found");
  const [withoutBuild, buildText] = splitFirst(rest, "+");
  const [patch, preReleaseText] = splitFirst(withoutBuild, "-");
  const preRelease = preReleaseText === undefined ? [] : preReleaseText.split(".");
  const build = buildText === undefined ? [] : buildText.split(".");
  const faults = [
    numberFault("Major", major!),
    numberFault("Minor", minor!),
    numberFault("Patch", patch),
    ...preRelease.map(preReleaseFault),
    ...build.map(buildFault),
  ];
  const fault = faults.find((each) => each !== undefined);
  if (fault !== undefined) return new CelError(fault);
  return { numbers: [BigInt(major!), BigInt(minor!), BigInt(patch)], preRelease, build };
};

/** What may be written for a version by those who are not strict: `v1.2`, `01.2.3`. */
const normalize = (text: string): string | CelError => {
  const parts = threeParts(text.replace(/^v/, "")).map((part) => {
    if (part.length <= 1) return part;
    const trimmed = part.replace(/^0+/, "");
    return /^\d/.test(trimmed) ? trimmed : `0${trimmed}`;
  });
  if (parts.length < 3 && /[+-]/.test(parts.at(-1)!)) {
    return new CelError("short version cannot contain PreRelease/Build meta data");
  }
  while (parts.length < 3) parts.push("0");
  return parts.join(".");
};

const toSemver = (text: string, tolerant = false): SemverValue | CelError => {
  const normal = tolerant ? normalize(text) : text;
  if (normal instanceof CelError) return normal;
  const version = parseVersion(normal);
  return version instanceof CelError ? version : new SemverValue(version);
};

const isSemver = (text: string, tolerant = false): Result => toSemver(text, tolerant) instanceof SemverValue;

const isOrder = (id: string, order: -1 | 1) =>
  memberOverload(`semver_${id}`, [semverType, semverType], bool, (left: SemverValue, right: SemverValue) => {
    return compareVersions(left.version, right.version) === order;
  });

const component = (name: string, index: 0 | 1 | 2): FunctionDeclaration => ({
  name,
  overloads: [memberOverload(`semver_${name}`, [semverType], int, ({ version }: SemverValue) => version.numbers[index])],
});

const parsed = { cost: traversal(0), estimate: traversalEstimate(0) };

export const versions: readonly FunctionDeclaration[] = [
  {
    name: "semver",
    overloads: [
      globalOverload("string_to_semver", [string], semverType, (text: string) => toSemver(text), parsed),
      globalOverload("string_bool_to_semver", [string, bool], semverType, toSemver, parsed),
    ],
  },
  {
    name: "isSemver",
    overloads: [
      globalOverload("is_semver_string", [string], bool, (text: string) => isSemver(text), parsed),
      globalOverload("is_semver_string_bool", [string, bool], bool, isSemver, parsed),
    ],
  },
  component("major", 0),
  component("minor", 1),
  component("patch", 2),
  { name: "isGreaterThan", overloads: [isOrder("is_greater_than", 1)] },
  { name: "isLessThan", overloads: [isOrder("is_less_than", -1)] },
  {
    name: "compareTo",
    overloads: [
      memberOverload("semver_compare_to", [semverType, semverType], int, (left: SemverValue, right: SemverValue) => {
        return BigInt(compareVersions(left.version, right.version));
      }),
    ],
  },
];
