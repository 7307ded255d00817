/** Revisions are decimal numbers of any size, so they are compared as text: the longer is the larger. */
export const revisionReached = (revision: string, wanted: string): boolean =>
  revision.length !== wanted.length ? revision.length > wanted.length : revision >= wanted;
