/**
 * What form an answer takes, from the header Accept.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources
 */

export type Encoding = "json" | "yaml" | "protobuf";

/** What a client asks an object or list to be turned into before it is encoded. */
export type Transformation = "Table" | "PartialObjectMetadata" | "PartialObjectMetadataList";

export interface Representation {
  readonly encoding: Encoding;
  readonly as?: Transformation;
  /** `v1` or `v1beta1` of meta.k8s.io. */
  readonly asVersion?: string;
  /** Every parameter of the media range, for the documents that have forms of their own (discovery, OpenAPI). */
  readonly parameters: ReadonlyMap<string, string>;
}

export const mediaTypes: Readonly<Record<Encoding, string>> = {
  json: "application/json",
  yaml: "application/yaml",
  protobuf: "application/vnd.kubernetes.protobuf",
};

const encodings: ReadonlyMap<string, Encoding> = new Map([
  ["application/json", "json"],
  ["application/yaml", "yaml"],
  ["application/vnd.kubernetes.protobuf", "protobuf"],
  ["*/*", "json"],
  ["application/*", "json"],
  ["text/*", "json"],
]);

export const allEncodings: ReadonlySet<Encoding> = new Set(["json", "yaml", "protobuf"]);

const transformations: ReadonlySet<string> = new Set(["Table", "PartialObjectMetadata", "PartialObjectMetadataList"]);

interface MediaRange {
  readonly type: string;
  readonly parameters: Map<string, string>;
  readonly quality: number;
}

/** The media ranges of a header, the most wanted first. */
export function mediaRanges(header: string): MediaRange[] {
  const ranges = header.split(",").map((part) => {
    const [type = "", ...rest] = part.split(";").map((piece) => piece.trim());
    const parameters = new Map(rest.map((piece) => splitOnce(piece)));
    return { type: type.toLowerCase(), parameters, quality: Number(parameters.get("q") ?? 1) };
  });
  return ranges.filter(({ type }) => type !== "").sort((one, other) => other.quality - one.quality);
}

function splitOnce(piece: string): [string, string] {
  const at = piece.indexOf("=");
  return at === -1
    ? [piece.toLowerCase(), ""]
    : [
        piece.slice(0, at).trim().toLowerCase(),
        piece
          .slice(at + 1)
          .trim()
          .replace(/^"(.*)"$/, "$1"),
      ];
}

/** Tools that people read from get JSON that is laid out for reading, unless they say otherwise; others when they ask for it. */
export function isPretty(url: string, userAgent: string): boolean {
  const asked = /[?&]pretty=([^&]*)/.exec(url)?.[1];
  if (asked !== undefined && asked !== "") return /^(1|t|T|true|TRUE|True)$/.test(asked);
  return userAgent.startsWith("curl") || userAgent.startsWith("Wget") || userAgent.startsWith("Mozilla/5.0");
}

/**
 * The first representation that both sides know; undefined: 406. Without a header, JSON. `hasTable` is false for what cannot be laid out
 * as a table.
 */
export function negotiate(
  accept: string | undefined,
  offered: ReadonlySet<Encoding> = allEncodings,
  hasTable = true,
): Representation | undefined {
  if (accept === undefined || accept === "") return { encoding: "json", parameters: new Map() };
  for (const { type, parameters } of mediaRanges(accept)) {
    const encoding = encodings.get(type);
    const as = parameters.get("as");
    if (encoding === undefined || !offered.has(encoding)) continue;
    if (as !== undefined && !isKnownTransformation(as, parameters)) continue;
    // There is no protobuf message of a table.
    if (as === "Table" && (!hasTable || encoding === "protobuf")) continue;
    const asVersion = parameters.get("v");
    return {
      encoding,
      parameters,
      ...(as === undefined ? {} : { as: as as Transformation }),
      ...(as === undefined || asVersion === undefined ? {} : { asVersion }),
    };
  }
  return undefined;
}

const isKnownTransformation = (as: string, parameters: ReadonlyMap<string, string>): boolean =>
  transformations.has(as) && parameters.get("g") === "meta.k8s.io" && ["v1", "v1beta1"].includes(parameters.get("v") ?? "");
