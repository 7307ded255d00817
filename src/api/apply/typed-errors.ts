/** What does not fit a type, with where it is. Source of the words: sigs.k8s.io/structured-merge-diff/v4, typed. */

export interface TypedError {
  /** `.spec.containers[name="web"]`; "" for the object itself. */
  readonly path: string;
  readonly message: string;
}

/** One error in a line; several under each other. */
export const typedErrorText = (errors: readonly TypedError[]): string => {
  const texts = errors.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
  return texts.length === 1 ? texts[0]! : ["errors:", ...texts.map((text) => `  ${text}`)].join("\n");
};
