/**
 * What a namespace's LimitRanges give to containers that do not say, and what they let through.
 * https://kubernetes.io/docs/concepts/policy/limit-range/
 */
import { aggregateOf } from "../field-errors.js";
import type { Container, LimitRange, LimitRangeItem, PersistentVolumeClaim, Pod, PodSpec } from "../generated/types.js";
import { containersSum, type Quantities, quantitiesOf } from "../pod-resources.js";
import { fail, type Result, succeed } from "../status.js";
import type { UntypedObject } from "../types.js";
import { maximumFault, maximumRequestFault, minimumFault, ratioFault } from "./limits.js";
import {
  type AdmissionPlugin,
  type AdmissionRequest,
  type AdmissionTarget,
  aboutPods,
  type ClusterView,
  forbidden,
  noRemarks,
  type Remarks,
} from "./plugin.js";

const annotation = "kubernetes.io/limit-ranger";

const rangesOf = ({ namespace }: AdmissionRequest, cluster: ClusterView): LimitRange[] =>
  cluster.list<LimitRange>("", "limitranges", namespace);

const itemsOf = (range: LimitRange, type: string): LimitRangeItem[] =>
  (range.spec?.limits ?? []).filter((item) => item.type === type);

type ResourceMap = { [name: string]: string };

/** What containers get that do not say: later items of a range win. */
function defaultsOf(range: LimitRange): { readonly requests: ResourceMap; readonly limits: ResourceMap } {
  const items = itemsOf(range, "Container");
  const merged = (lists: ReadonlyArray<ResourceMap | undefined>): ResourceMap =>
    Object.fromEntries(lists.flatMap((list) => Object.entries(list ?? {})));
  return {
    requests: merged(items.map((item) => item.defaultRequest)),
    limits: merged(items.map((item) => item.default)),
  };
}

/** A container with what it lacks, and how the pod's annotation tells of it. */
function filled(container: Container, what: string, defaults: ReturnType<typeof defaultsOf>) {
  const told: string[] = [];
  const resources = { ...container.resources };
  for (const [part, word] of [
    ["requests", "request"],
    ["limits", "limit"],
  ] as const) {
    const own = resources[part] ?? {};
    const missing = Object.keys(defaults[part]).filter((name) => !Object.hasOwn(own, name));
    if (missing.length === 0) continue;
    resources[part] = { ...defaults[part], ...own };
    told.push(`${missing.sort().join(", ")} ${word} for ${what} ${container.name}`);
  }
  return { container: told.length === 0 ? container : { ...container, resources }, told };
}

function fillPod(pod: Pod, range: LimitRange): Pod {
  const defaults = defaultsOf(range);
  const { spec } = pod;
  if (spec === undefined) return pod;
  const containers = spec.containers.map((container) => filled(container, "container", defaults));
  const initContainers = (spec.initContainers ?? []).map((container) => filled(container, "init container", defaults));
  const told = [...containers, ...initContainers].flatMap((each) => each.told);
  if (told.length === 0) return pod;
  const annotations = { ...pod.metadata.annotations, [annotation]: `LimitRanger plugin set: ${told.join("; ")}` };
  const changed: PodSpec = { ...spec, containers: containers.map(({ container }) => container) };
  if (spec.initContainers !== undefined) changed.initContainers = initContainers.map(({ container }) => container);
  return { ...pod, metadata: { ...pod.metadata, annotations }, spec: changed };
}

const eachOf = (limits: ResourceMap | undefined): Array<[string, string]> => Object.entries(limits ?? {}).sort(byName);
const byName = ([left]: [string, string], [right]: [string, string]): number => (left < right ? -1 : left > right ? 1 : 0);

function faultsOf(item: LimitRangeItem, requests: Quantities, limits: Quantities): string[] {
  const faults = [
    ...eachOf(item.min).map(([name, amount]) => minimumFault({ type: item.type, name, amount }, requests, limits)),
    ...eachOf(item.max).map(([name, amount]) => maximumFault({ type: item.type, name, amount }, requests, limits)),
    ...eachOf(item.maxLimitRequestRatio).map(([name, amount]) => ratioFault({ type: item.type, name, amount }, requests, limits)),
  ];
  return faults.filter((fault) => fault !== undefined);
}

const podFaults = (range: LimitRange, spec: PodSpec): string[] =>
  (range.spec?.limits ?? []).flatMap((item) => {
    if (item.type === "Pod") return faultsOf(item, containersSum(spec, "requests"), containersSum(spec, "limits"));
    if (item.type !== "Container") return [];
    return [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ resources }) =>
      faultsOf(item, quantitiesOf(resources?.requests), quantitiesOf(resources?.limits)),
    );
  });

function claimFaults(range: LimitRange, claim: PersistentVolumeClaim): string[] {
  const requests = quantitiesOf(claim.spec?.resources?.requests);
  const none: Quantities = new Map();
  const faults = itemsOf(range, "PersistentVolumeClaim").flatMap(({ type, min, max }) => [
    ...eachOf(min).map(([name, amount]) => minimumFault({ type, name, amount }, requests, none)),
    ...eachOf(max).map(([name, amount]) => maximumRequestFault({ type, name, amount }, requests)),
  ]);
  return faults.filter((fault) => fault !== undefined);
}

const aboutClaims = ({ group, resource, subresource }: AdmissionTarget): boolean =>
  group === "" && resource === "persistentvolumeclaims" && subresource === "";

const aboutResize = ({ group, resource, subresource, operation }: AdmissionTarget): boolean =>
  group === "" && resource === "pods" && subresource === "resize" && operation === "UPDATE";

function mutate(request: AdmissionRequest, cluster: ClusterView): Result<UntypedObject | undefined> {
  if (aboutClaims(request)) return succeed(request.object);
  let pod = request.object as Pod;
  for (const range of rangesOf(request, cluster)) pod = fillPod(pod, range);
  return succeed(pod as UntypedObject);
}

function validate(request: AdmissionRequest, cluster: ClusterView): Result<Remarks> {
  if (request.old?.metadata.deletionTimestamp !== undefined) return noRemarks();
  for (const range of rangesOf(request, cluster)) {
    const faults = aboutClaims(request)
      ? claimFaults(range, request.object as PersistentVolumeClaim)
      : podFaults(range, (request.object as Pod).spec ?? { containers: [] });
    if (faults.length > 0) return fail(forbidden(request, aggregateOf(faults)));
  }
  return noRemarks();
}

export const limitRanger: AdmissionPlugin = {
  name: "LimitRanger",
  /** Resources of running pods change only through their resize. */
  concerns: (target) =>
    (aboutPods(target) && target.operation === "CREATE") ||
    aboutResize(target) ||
    (aboutClaims(target) && (target.operation === "CREATE" || target.operation === "UPDATE")),
  mutate,
  validate,
};
