/**
 * The versions of resource.k8s.io, which say the same in different shapes. Objects are kept and validated as v1beta2 says it.
 * Source: "Dynamic Resource Allocation" of the Kubernetes documentation, and the API reference of each version.
 */
import { isJsonObject, type JsonObject, type JsonValue } from "./json-value.js";
import type { UntypedObject } from "./types.js";

type Change = (value: JsonObject) => JsonObject;

const each = (list: JsonValue | undefined, change: Change): JsonValue | undefined =>
  Array.isArray(list) ? list.map((item) => (isJsonObject(item) ? change(item) : item)) : list;

/** An object with one of its fields changed, where it is there. */
const within = (object: JsonObject, field: string, change: (value: JsonValue) => JsonValue): JsonObject =>
  object[field] === undefined ? object : { ...object, [field]: change(object[field]) };

const inObject =
  (change: Change) =>
  (value: JsonValue): JsonValue =>
    isJsonObject(value) ? change(value) : value;

const requestFields = ["deviceClassName", "selectors", "allocationMode", "count", "adminAccess", "tolerations"];

/** A request for exactly one kind of device has its fields inside `exactly` from v1beta2 on. */
const wrapRequest: Change = (request) => {
  if (request.firstAvailable !== undefined || request.exactly !== undefined) return request;
  const own = Object.entries(request);
  const exactly = Object.fromEntries(own.filter(([field]) => requestFields.includes(field)));
  return { ...Object.fromEntries(own.filter(([field]) => !requestFields.includes(field))), exactly };
};

const unwrapRequest: Change = ({ exactly, ...request }) => (isJsonObject(exactly) ? { ...request, ...exactly } : request);

const inClaimSpec =
  (change: Change): Change =>
  (spec) =>
    within(
      spec,
      "devices",
      inObject((devices) => within(devices, "requests", (requests) => each(requests, change) ?? requests)),
    );

/** A device has its fields inside `basic` before v1beta2; in v1alpha3 an amount is not wrapped either. */
const unwrapDevice: Change = ({ basic, ...device }) => {
  const fields = isJsonObject(basic) ? basic : {};
  const amount = (capacity: JsonValue): JsonValue => (isJsonObject(capacity) ? capacity : { value: capacity });
  const whole = inObject((capacities) => Object.fromEntries(Object.entries(capacities).map(([name, of]) => [name, amount(of)])));
  return within({ ...device, ...fields }, "capacity", whole);
};

const wrapDevice =
  (plainAmounts: boolean): Change =>
  ({ name, ...fields }) => {
    const amount = (capacity: JsonValue): JsonValue => (isJsonObject(capacity) ? (capacity.value ?? null) : capacity);
    const plain = inObject((capacities) =>
      Object.fromEntries(Object.entries(capacities).map(([of, each]) => [of, amount(each)])),
    );
    return { ...(name === undefined ? {} : { name }), basic: plainAmounts ? within(fields, "capacity", plain) : fields };
  };

const inSliceSpec =
  (change: Change): Change =>
  (spec) =>
    within(spec, "devices", (devices) => each(devices, change) ?? devices);

const inSpec = (object: UntypedObject, change: Change): UntypedObject =>
  within(object as JsonObject, "spec", inObject(change)) as UntypedObject;

const inTemplate =
  (change: Change): Change =>
  (spec) =>
    within(spec, "spec", inObject(change));

interface Shapes {
  readonly fromStored: (object: UntypedObject) => UntypedObject;
  readonly toStored: (object: UntypedObject) => UntypedObject;
}

/** How a resource of an older version is turned into what is stored and back; undefined where nothing differs. */
export function resourceClaimShapes(version: string, plural: string): Shapes | undefined {
  if (version === "v1beta2") return undefined;
  const shapes = (stored: Change, shown: Change): Shapes => ({
    toStored: (object) => inSpec(object, stored),
    fromStored: (object) => inSpec(object, shown),
  });
  switch (plural) {
    case "resourceclaims":
      return shapes(inClaimSpec(wrapRequest), inClaimSpec(unwrapRequest));
    case "resourceclaimtemplates":
      return shapes(inTemplate(inClaimSpec(wrapRequest)), inTemplate(inClaimSpec(unwrapRequest)));
    case "resourceslices":
      return shapes(inSliceSpec(unwrapDevice), inSliceSpec(wrapDevice(version === "v1alpha3")));
    default:
      return undefined;
  }
}

/** A claim, template or slice as it is stored, whichever version it was sent in. */
export const asStored = <T>(object: T): T => {
  const { kind = "" } = object as UntypedObject;
  const plural = new Map([
    ["ResourceClaim", "resourceclaims"],
    ["ResourceClaimTemplate", "resourceclaimtemplates"],
    ["ResourceSlice", "resourceslices"],
  ]).get(kind);
  const shapes = plural === undefined ? undefined : resourceClaimShapes("v1beta1", plural);
  return (shapes?.toStored(object as UntypedObject) ?? object) as T;
};
