/**
 * metadata.managedFields: who owns which fields. A stored object keeps it as text, which is taken apart only as far as a write needs:
 * entries end where no text of theirs can, because neither `"` nor `[` stands bare in a name or in FieldsV1.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/#ObjectMeta
 */
import { readJson } from "../../json/text.js";
import { at, child, type FieldError, tooLong } from "../field-errors.js";
import { quote } from "../go-format.js";
import { isJsonObject } from "../json-value.js";
import { byteLength } from "../names.js";
import { parseTime } from "../time.js";
import { type FieldSet, fieldsText, noFields, parseFields, readFields } from "./field-set.js";
import { managerNameErrors } from "./manager-name.js";
import { compareTexts } from "./path-element.js";

export type Operation = "Apply" | "Update";

interface Head {
  readonly manager: string;
  readonly operation: Operation;
  readonly apiVersion: string;
  /** RFC 3339; absent where nothing that it owns was ever changed by it. */
  readonly time?: string;
  /** Absent for the object itself. */
  readonly subresource?: string;
}

const fieldsKey = ',"fieldsType":"FieldsV1","fieldsV1":';
const nextEntry = '},{"manager":';

/** What one manager owns. Its fields are text or a set, and become the other when somebody asks. */
export class ManagedEntry {
  private knownIdentifier: string | undefined;

  private constructor(
    readonly head: Head,
    private knownText: string | undefined,
    private knownSet: FieldSet | undefined,
  ) {}

  static of(head: Head, set: FieldSet): ManagedEntry {
    return new ManagedEntry(head, undefined, set);
  }

  /** The same with fields as text that `fieldsText` could have written. */
  static withText(head: Head, fields: string): ManagedEntry {
    return new ManagedEntry(head, fields, undefined);
  }

  /** `text` is an entry as `text` of this class gives it. */
  static parse(text: string): ManagedEntry {
    const at = text.indexOf(fieldsKey);
    const head = readJson(`${text.slice(0, at)}}`) as Head;
    return new ManagedEntry(head, text.slice(at + fieldsKey.length, -1), undefined);
  }

  get set(): FieldSet {
    this.knownSet ??= parseFields(this.knownText!);
    return this.knownSet;
  }

  get fields(): string {
    this.knownText ??= fieldsText(this.knownSet!);
    return this.knownText;
  }

  get applied(): boolean {
    return this.head.operation === "Apply";
  }

  /** Tells entries apart: an applier is the same one in every version. */
  get identifier(): string {
    const { manager, operation, apiVersion, subresource = "" } = this.head;
    this.knownIdentifier ??= managerIdentifier({ manager, operation, apiVersion, subresource });
    return this.knownIdentifier;
  }

  get text(): string {
    const { manager, operation, apiVersion, time, subresource = "" } = this.head;
    const at = time === undefined ? "" : `,"time":"${time}"`;
    const of = subresource === "" ? "" : `,"subresource":${JSON.stringify(subresource)}`;
    const head = `{"manager":${JSON.stringify(manager)},"operation":"${operation}","apiVersion":${JSON.stringify(apiVersion)}${at}${of}`;
    return `${head}${fieldsKey}${this.fields}}`;
  }

  withSet(set: FieldSet): ManagedEntry {
    return set === this.knownSet ? this : new ManagedEntry(this.head, undefined, set);
  }

  withHead(head: Partial<Head>): ManagedEntry {
    return new ManagedEntry({ ...this.head, ...head }, this.knownText, this.knownSet);
  }

  /** False when surely nothing of it lies beneath a field of the set; looks no deeper than the object's own fields. */
  mayOwnOf(set: FieldSet): boolean {
    if (this.knownSet !== undefined) return Object.keys(set).some((element) => this.knownSet![element] !== undefined);
    return Object.keys(set).some((element) => this.knownText!.includes(JSON.stringify(element)));
  }
}

/** An applier's identifier is without the version. The form is that of the entry in JSON, by which upstream sorts. */
const managerIdentifier = (of: {
  readonly manager: string;
  readonly operation: Operation;
  readonly apiVersion: string;
  readonly subresource: string;
}): string => {
  const { manager, operation, apiVersion, subresource } = of;
  return JSON.stringify({
    manager,
    operation,
    ...(operation === "Apply" ? {} : { apiVersion }),
    ...(subresource === "" ? {} : { subresource }),
  });
};

/** The entries of a list's text, `[…]`, as `managedFieldsText` wrote it. */
export function parseManagedFields(text: string): ManagedEntry[] {
  const entries: ManagedEntry[] = [];
  if (text.length < 3) return entries;
  let from = 1;
  for (;;) {
    const at = text.indexOf(nextEntry, from);
    if (at < 0) break;
    entries.push(ManagedEntry.parse(text.slice(from, at + 1)));
    from = at + 2;
  }
  entries.push(ManagedEntry.parse(text.slice(from, -1)));
  return entries;
}

/** The entries as one text, in the order that Kubernetes writes them in; "" for none at all. */
export function managedFieldsText(entries: readonly ManagedEntry[]): string {
  if (entries.length === 0) return "";
  return `[${[...entries]
    .sort(compareEntries)
    .map(({ text }) => text)
    .join(",")}]`;
}

function compareEntries({ head: one }: ManagedEntry, { head: other }: ManagedEntry): number {
  return (
    compareTexts(one.operation, other.operation) ||
    compareTexts(one.time ?? "", other.time ?? "") ||
    compareTexts(one.manager, other.manager) ||
    compareTexts(one.apiVersion, other.apiVersion) ||
    compareTexts(one.subresource ?? "", other.subresource ?? "")
  );
}

/** True for a list by which a client says that nobody shall own anything: empty, or of one empty entry. */
export const resetsManagedFields = (value: unknown): boolean =>
  Array.isArray(value) &&
  (value.length === 0 || (value.length === 1 && isJsonObject(value[0]) && Object.keys(value[0]).length === 0));

/** The entries that a client sent; undefined when one of them is none. */
export function readManagedFields(value: unknown): ManagedEntry[] | undefined {
  if (!Array.isArray(value)) return value === undefined || value === null ? [] : undefined;
  const entries = new Map<string, ManagedEntry>();
  for (const item of value) {
    const entry = readEntry(item);
    if (entry === undefined) return undefined;
    entries.set(entry.identifier, entry);
  }
  return [...entries.values()];
}

function readEntry(item: unknown): ManagedEntry | undefined {
  if (!isJsonObject(item)) return undefined;
  const { manager = "", operation, apiVersion, time, fieldsType, fieldsV1 = {}, subresource = "" } = item;
  if (operation !== "Apply" && operation !== "Update") return undefined;
  if (typeof manager !== "string" || typeof subresource !== "string") return undefined;
  if (typeof apiVersion !== "string" || apiVersion === "" || fieldsType !== "FieldsV1") return undefined;
  const set = fieldsV1 === null ? noFields : readFields(fieldsV1);
  if (set === undefined) return undefined;
  const at = typeof time === "string" && parseTime(time).ok ? { time } : {};
  return ManagedEntry.of({ manager, operation, apiVersion, ...at, ...(subresource === "" ? {} : { subresource }) }, set);
}

/** Why nobody can read what `readManagedFields` cannot. */
export function managedFieldsFault(value: unknown): string {
  for (const [index, item] of (Array.isArray(value) ? value : []).entries()) {
    if (readEntry(item) !== undefined) continue;
    const { operation, apiVersion = "", fieldsType = "" } = isJsonObject(item) ? item : {};
    if (operation !== "Apply" && operation !== "Update") return "operation must be `Apply` or `Update`";
    if (apiVersion === "") return "apiVersion must not be empty";
    if (fieldsType === "") return `missing fieldsType in managed fields entry ${index}`;
    if (fieldsType !== "FieldsV1") return `invalid fieldsType ${quote(String(fieldsType))} in managed fields entry ${index}`;
    return `error decoding versioned set from managed fields entry ${index}`;
  }
  return "they are no list of entries";
}

const subresourceBytesMost = 256;

/** What is wrong with entries that could be read: the names in them. */
export const managedFieldsErrors = (entries: readonly ManagedEntry[], path: string): FieldError[] =>
  entries.flatMap(({ head: { manager, subresource = "" } }, index) => {
    const entry = at(path, index);
    const errors = managerNameErrors(manager, child(entry, "manager"));
    if (byteLength(subresource) > subresourceBytesMost) errors.push(tooLong(child(entry, "subresource"), subresourceBytesMost));
    return errors;
  });
