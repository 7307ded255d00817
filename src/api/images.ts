/** Names of container images. Source: "Images" of the Kubernetes documentation. */
export interface ImageName {
  readonly repository: string;
  /** "latest" when the name has neither a tag nor a digest. */
  readonly tag: string;
  readonly digest: string;
}

/** Splits `registry:5000/team/app:1.2@sha256:…`; a colon before the last slash belongs to the registry's port. */
export const parseImageName = (image: string): ImageName => {
  const digestAt = image.indexOf("@");
  const named = digestAt < 0 ? image : image.slice(0, digestAt);
  const digest = digestAt < 0 ? "" : image.slice(digestAt + 1);
  const colon = named.lastIndexOf(":");
  const tagged = colon > named.lastIndexOf("/");
  const tag = tagged ? named.slice(colon + 1) : "";
  return { repository: tagged ? named.slice(0, colon) : named, tag: tag === "" && digest === "" ? "latest" : tag, digest };
};

/** Always for the tag latest (also when it is only implied), IfNotPresent for any other tag or a digest. */
export const defaultPullPolicy = (image: string): "Always" | "IfNotPresent" =>
  parseImageName(image).tag === "latest" ? "Always" : "IfNotPresent";
