/**
 * ComponentStatuses are not stored: how the control plane is, is found out when somebody asks. Those who elect a leader live as long as
 * their lease is renewed, whoever started them.
 * https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/component-status-v1/
 */
import { storageKey } from "../../../src/api/paths.js";
import { compileSelector } from "../../../src/api/selectors.js";
import { notFound } from "../../../src/api/status.js";
import { parseMicroTime } from "../../../src/api/time.js";
import type { ComponentStatus, Lease, UntypedObject } from "../../../src/api/types.js";
import { encodeJson } from "../../../src/wire/json.js";
import type { Backing } from "../backing.js";
import type { GetRequest, ListRequest, Respond } from "../request.js";

interface ControlPlane extends Pick<Backing, "cache" | "catalog" | "host"> {
  readonly hasEtcd: boolean;
}

/** True when it was they who were asked for. */
export function answerComponents(of: ControlPlane, request: GetRequest | ListRequest, respond: Respond): boolean {
  const { path } = request;
  if (path.resource !== "componentstatuses" || path.group !== "") return false;
  const served = of.catalog.partFor(path, request.verb);
  if (!served.ok) {
    respond(served);
    return true;
  }
  const statuses = componentStatuses(of);
  if (request.verb === "get") {
    const found = statuses.find(({ metadata }) => metadata.name === path.name);
    // Kubernetes answers 500 here.
    const error = notFound({ group: "", resource: "componentstatuses" }, path.name ?? "");
    respond(found === undefined ? { ok: false, error } : { ok: true, code: 200, object: encodeJson(found) });
    return true;
  }
  const selects = compileSelector(request.options, "", "ComponentStatus");
  if (!selects.ok) {
    respond(selects);
    return true;
  }
  const items = statuses.filter((status) => selects.value?.(status as unknown as UntypedObject) ?? true).map(encodeJson);
  const { apiVersion, listKind: kind } = served.value.resource;
  respond({ ok: true, code: 200, list: { apiVersion, kind, resourceVersion: "", items } });
  return true;
}

const unreachable = "etcd is not reachable";

/** By name. */
const componentStatuses = (of: ControlPlane): ComponentStatus[] => [
  componentStatus("controller-manager", leaderProblem(of, "kube-controller-manager")),
  componentStatus("etcd-0", of.hasEtcd ? undefined : unreachable),
  componentStatus("scheduler", leaderProblem(of, "kube-scheduler")),
];

const componentStatus = (name: string, problem: string | undefined): ComponentStatus => ({
  kind: "ComponentStatus",
  apiVersion: "v1",
  metadata: { name },
  conditions: [{ type: "Healthy", status: problem === undefined ? "True" : "False", message: problem ?? "ok" }],
});

const usualDurationSeconds = 15;

/** Why a component that elects a leader is thought to have none; undefined while its lease is renewed in time. */
function leaderProblem({ cache, catalog, host }: ControlPlane, name: string): string | undefined {
  const leases = catalog.resources.preferred("coordination.k8s.io", "leases")!;
  const { spec } = (cache.get(storageKey(leases, "kube-system", name))?.object ?? {}) as Partial<Lease>;
  const renewed = parseMicroTime(spec?.renewTime ?? "");
  if (!spec?.holderIdentity || !renewed.ok) return `nobody holds the lease ${name}`;
  const silentMs = host.clock.nowMs() - renewed.ms;
  if (silentMs <= (spec.leaseDurationSeconds ?? usualDurationSeconds) * 1_000) return undefined;
  return `the lease ${name} was last renewed ${Math.floor(silentMs / 1_000)} s ago`;
}
