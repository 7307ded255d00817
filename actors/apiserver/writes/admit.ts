/** Admission: what other objects say about a new one. They are read from the watch cache. */
import { createRefusal } from "../../../src/api/admission/namespace-lifecycle.js";
import { addDefaultTolerations } from "../../../src/api/admission/pod-tolerations.js";
import { admitPriority } from "../../../src/api/admission/priority.js";
import { protectStorage, taintNewNode } from "../../../src/api/admission/protection.js";
import { admitServiceAccount, serviceAccountNameOf } from "../../../src/api/admission/service-account.js";
import { storageKey, storagePrefix } from "../../../src/api/paths.js";
import { fail, type Result, succeed } from "../../../src/api/status.js";
import type {
  KubernetesObject,
  Namespace,
  Node,
  Pod,
  PriorityClass,
  ServiceAccount,
  UntypedObject,
} from "../../../src/api/types.js";
import type { Backing } from "../backing.js";
import type { Served } from "../served.js";

/** Objects of the cluster that admission asks for, by what they are. */
export class Neighbours {
  constructor(private readonly backing: Pick<Backing, "cache" | "catalog">) {}

  get<T extends KubernetesObject>(group: string, plural: string, namespace: string, name: string): T | undefined {
    const resource = this.backing.catalog.resources.preferred(group, plural);
    if (resource === undefined) return undefined;
    return this.backing.cache.get(storageKey(resource, namespace, name))?.object as T | undefined;
  }

  list<T extends KubernetesObject>(group: string, plural: string, namespace = ""): T[] {
    const resource = this.backing.catalog.resources.preferred(group, plural);
    if (resource === undefined) return [];
    const prefix = storagePrefix(resource, namespace);
    return Array.from(this.backing.cache.store(storagePrefix(resource)).from(prefix), (stored) => stored.object as unknown as T);
  }
}

const untyped = (object: KubernetesObject): UntypedObject => object as UntypedObject;

/** Lets a new object in, completed, or says in the API's words why not. */
export function admitNew(backing: Backing, served: Served, object: UntypedObject): Result<UntypedObject> {
  const { resource, groupResource } = served;
  const neighbours = new Neighbours(backing);
  const { name = "", namespace = "" } = object.metadata;
  if (resource.namespaced) {
    const refused = createRefusal(groupResource, name, namespace, neighbours.get<Namespace>("", "namespaces", "", namespace));
    if (refused !== undefined) return fail(refused);
  }
  if (resource.group !== "") return succeed(object);
  switch (resource.kind) {
    case "Pod":
      return admitPod(backing, neighbours, object as unknown as Pod);
    case "Node":
      return succeed(untyped(taintNewNode(object as unknown as Node)));
    case "PersistentVolume":
    case "PersistentVolumeClaim":
      return succeed(protectStorage(resource.kind, object));
    default:
      return succeed(object);
  }
}

function admitPod(backing: Backing, neighbours: Neighbours, pod: Pod): Result<UntypedObject> {
  const { namespace = "" } = pod.metadata;
  const account = neighbours.get<ServiceAccount>("", "serviceaccounts", namespace, serviceAccountNameOf(pod));
  const withAccount = admitServiceAccount(pod, account, backing.host.ids.suffix(5));
  if (!withAccount.ok) return withAccount;
  const classes = neighbours.list<PriorityClass>("scheduling.k8s.io", "priorityclasses");
  const withPriority = admitPriority(addDefaultTolerations(withAccount.value), classes);
  return withPriority.ok ? succeed(untyped(withPriority.value)) : withPriority;
}
