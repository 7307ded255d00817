/** Validation of what is about to be stored. */
import type { FieldError } from "../../../src/api/field-errors.js";
import { fail, invalid, type Result, succeed } from "../../../src/api/status.js";
import type { UntypedObject } from "../../../src/api/types.js";
import { type ValidationOptions, validationOptions } from "../../../src/api/validation/options.js";
import { validateUpdate as updateErrors, validateCreate } from "../../../src/api/validation/validation.js";
import type { ApiServerIo } from "../io/io.js";
import type { Served } from "../served.js";

const known = new WeakMap<ApiServerIo, ValidationOptions>();

function optionsOf(io: ApiServerIo): ValidationOptions {
  const options = known.get(io) ?? validationOptions([io.config.podCidr]);
  known.set(io, options);
  return options;
}

const judged = (served: Served, object: UntypedObject, errors: readonly FieldError[]): Result<UntypedObject> =>
  errors.length === 0 ? succeed(object) : fail(invalid(served.groupKind, object.metadata.name ?? "", errors));

export const validateNew = (io: ApiServerIo, served: Served, object: UntypedObject): Result<UntypedObject> =>
  judged(served, object, validateCreate(served.resource, object, optionsOf(io)));

export const validateUpdate = (
  io: ApiServerIo,
  served: Served,
  object: UntypedObject,
  old: UntypedObject,
  subresource: string | undefined,
  warn: (text: string) => void,
): Result<UntypedObject> => judged(served, object, updateErrors(served.resource, object, old, subresource, optionsOf(io), warn));
