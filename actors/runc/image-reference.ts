/**
 * Image references as the field writes them: `[registry/]repository[:tag][@digest]`, where `nginx` is short for
 * `docker.io/library/nginx:latest`. Grammar: the distribution project's reference format.
 */

export interface ImageReference {
  /** `docker.io/library/nginx`: what images are looked up by, whatever their tag. */
  readonly repository: string;
  /** Present unless the reference names a digest only; `latest` when it names neither. */
  readonly tag?: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest?: string;
  /** The whole reference in its long form. */
  readonly full: string;
}

const pathComponent = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const registryPattern =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::[0-9]+)?$/;
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const digestPattern = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;

/** Reads a reference; undefined when it is not one (Kubernetes' InvalidImageName). */
export function parseImageReference(text: string): ImageReference | undefined {
  let rest = text;
  let digest: string | undefined;
  const at = rest.indexOf("@");
  if (at >= 0) {
    digest = rest.slice(at + 1);
    if (!digestPattern.test(digest)) return undefined;
    rest = rest.slice(0, at);
  }
  let tag: string | undefined;
  const colon = rest.lastIndexOf(":");
  if (colon > rest.lastIndexOf("/")) {
    tag = rest.slice(colon + 1);
    if (!tagPattern.test(tag)) return undefined;
    rest = rest.slice(0, colon);
  }
  const repository = longRepository(rest);
  if (repository === undefined) return undefined;
  if (tag === undefined && digest === undefined) tag = "latest";
  const full = repository + (tag === undefined ? "" : `:${tag}`) + (digest === undefined ? "" : `@${digest}`);
  return { repository, full, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

function longRepository(name: string): string | undefined {
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(slash, 0));
  // The first part is a registry when it could not be a path: it has a dot or a port, or is localhost.
  const namesRegistry = slash > 0 && (first.includes(".") || first.includes(":") || first === "localhost");
  const registry = namesRegistry ? first : "docker.io";
  let path = namesRegistry ? name.slice(slash + 1) : name;
  if (!registryPattern.test(registry) || path === "") return undefined;
  for (const component of path.split("/")) {
    if (!pathComponent.test(component)) return undefined;
  }
  if ((registry === "docker.io" || registry === "index.docker.io") && !path.includes("/")) path = `library/${path}`;
  return `${registry === "index.docker.io" ? "docker.io" : registry}/${path}`;
}

/**
 * 64 hexadecimal digits that depend on all of `text`. The stand-ins have no layers whose SHA-256 could name them,
 * and clients only compare these.
 */
export function standInDigest(text: string): string {
  let digits = "";
  for (let lane = 0; lane < 8; lane++) {
    let hash = 0x811c9dc5 ^ Math.imul(lane + 1, 0x9e3779b1);
    for (let index = 0; index < text.length; index++) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    digits += ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, "0");
  }
  return digits;
}
