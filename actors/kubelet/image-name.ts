/** Names of container images. Source: "Images" in the Kubernetes documentation, and the distribution reference grammar. */

const component = "[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*";
const domainPart = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const domain = `(?:${domainPart}(?:\\.${domainPart})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const reference = new RegExp(
  `^(?:${domain}/)?${component}(?:/${component})*(?::([\\w][\\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$`,
);

/** False for what no registry can hold: `nginx:`, `Nginx`, `a b`. */
export const isImageName = (image: string): boolean => image.length > 0 && reference.test(image);

/** The tag of an image name, `latest` when it names neither a tag nor a digest, undefined when it names a digest only. */
export function tagOf(image: string): string | undefined {
  const [, tag, digest] = reference.exec(image) ?? [];
  return tag ?? (digest === undefined ? "latest" : undefined);
}

/** What the API server defaults `imagePullPolicy` to; used where a pod came without. */
export const defaultPullPolicy = (image: string): string => (tagOf(image) === "latest" ? "Always" : "IfNotPresent");
