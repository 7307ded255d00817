/** Revisions are decimal numbers of any size, so they are compared as text: the longer is the larger. */
export const revisionReached = (revision: string, wanted: string): boolean =>
  revision.length !== wanted.length ? revision.length > wanted.length : revision >= wanted;

/** The newest revision of any of these objects; "" when there are none. */
export const newestRevision = (objects: ReadonlyArray<{ readonly metadata: { readonly resourceVersion?: string } }>): string =>
  objects.reduce(
    (newest, { metadata: { resourceVersion = "" } }) => (revisionReached(newest, resourceVersion) ? newest : resourceVersion),
    "",
  );
