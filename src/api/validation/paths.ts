import { type FieldError, invalidValue } from "../field-errors.js";

/** A path below a root: relative, and never upwards. */
export const descendingPathErrors = (value: string, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  if (value.startsWith("/")) errors.push(invalidValue(path, value, "must be a relative path"));
  errors.push(...backstepErrors(value, path));
  return errors;
};

export const backstepErrors = (value: string, path: string): FieldError[] =>
  value.split("/").includes("..") ? [invalidValue(path, value, "must not contain '..'")] : [];
