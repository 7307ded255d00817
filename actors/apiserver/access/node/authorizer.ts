/**
 * The node authorizer: a kubelet may read what the pods on its node need, and write about itself.
 * https://kubernetes.io/docs/reference/access-authn-authz/node/
 */
import { aboutResource } from "../../../../src/api/access/policy-rules.js";
import { quote } from "../../../../src/api/go-format.js";
import { builtinResources } from "../../../../src/api/kinds.js";
import type { ApiUser } from "../../request.js";
import { nodeRules } from "../../setup/access/node-rules.js";
import type { WatchCache } from "../../watch-cache/cache.js";
import { type Attributes, type Decision, fieldNamed, type ResourceAttributes } from "../attributes.js";
import { NodeGraph } from "./graph.js";

const userPrefix = "system:node:";
const nodesGroup = "system:nodes";
const leaseNamespace = "kube-node-lease";

/** The node that a kubelet's user is of; undefined for everybody else. */
export const nodeOfUser = ({ name, groups }: ApiUser): string | undefined =>
  name.startsWith(userPrefix) && groups.includes(nodesGroup) ? name.slice(userPrefix.length) : undefined;

const allowed: Decision = { allowed: true, reason: "" };
const refused = (reason: string): Decision => ({ allowed: false, reason });
const silent = refused("");

const reads: ReadonlySet<string> = new Set(["get", "list", "watch"]);
const ownObjectVerbs: ReadonlySet<string> = new Set(["get", "create", "update", "patch", "delete"]);

export class NodeAuthorizer {
  private readonly graph: NodeGraph;

  constructor(cache: WatchCache) {
    this.graph = new NodeGraph(cache);
  }

  /** Undefined when the user is no kubelet. */
  authorize(user: ApiUser, asked: Attributes): Decision | undefined {
    const node = nodeOfUser(user);
    if (node === undefined) return undefined;
    if (node === "") return refused(`unknown node for user ${quote(user.name)}`);
    return "resource" in asked ? this.ofResource(node, asked) : silent;
  }

  private ofResource(node: string, asked: ResourceAttributes): Decision {
    const { namespace, name } = asked;
    const graph = this.graph;
    switch (`${asked.group}/${asked.resource}`) {
      case "/secrets":
        return ofNamespaced(
          node,
          asked,
          () => graph.refers(node, "secrets", namespace, name) || graph.volumesRefer(node, namespace, name),
        );
      case "/configmaps":
        return ofNamespaced(node, asked, () => graph.refers(node, "configmaps", namespace, name));
      case "/persistentvolumeclaims": {
        const belongs = () => graph.refers(node, "persistentvolumeclaims", namespace, name);
        return asked.subresource === "status" ? ofClaimStatus(node, asked, belongs) : ofSingle(node, asked, belongs);
      }
      case "/persistentvolumes":
        return ofSingle(node, asked, () => graph.hasVolume(node, name));
      case "resource.k8s.io/resourceclaims":
        return ofSingle(node, asked, () => graph.refers(node, "resourceclaims", namespace, name));
      case "storage.k8s.io/volumeattachments":
        return ofSingle(node, asked, () => this.attaches(node, name));
      case "/serviceaccounts":
        return ofToken(node, asked, () => graph.refers(node, "serviceaccounts", namespace, name));
      case "coordination.k8s.io/leases":
        return ofLease(node, asked);
      case "storage.k8s.io/csinodes":
        return ofCsiNode(node, asked);
      case "resource.k8s.io/resourceslices":
        return this.ofSlice(node, asked);
      case "/nodes":
        return ofNode(node, asked);
      case "/pods":
        return this.ofPod(node, asked);
      default:
        return staticDecision(asked);
    }
  }

  private attaches(node: string, name: string): boolean {
    const resource = builtinResources().preferred("storage.k8s.io", "volumeattachments")!;
    return this.graph.object<{ spec?: { nodeName?: string } }>(resource, "", name)?.spec?.nodeName === node;
  }

  private ofSlice(node: string, asked: ResourceAttributes): Decision {
    const { verb, subresource, name, fieldSelector } = asked;
    if (subresource !== "") return refused("cannot authorize ResourceSlice subresources");
    switch (verb) {
      case "create":
        return allowed;
      case "get":
      case "update":
      case "patch":
      case "delete":
        return related(node, name, () => {
          const resource = builtinResources().preferred("resource.k8s.io", "resourceslices");
          const slice = resource && this.graph.object<{ spec?: { nodeName?: string } }>(resource, "", name);
          return slice?.spec?.nodeName === node;
        });
      case "watch":
      case "list":
      case "deletecollection":
        return fieldNamed(fieldSelector, "spec.nodeName") === node
          ? allowed
          : refused("can only list/watch/deletecollection resourceslices with nodeName field selector");
      default:
        return refused(
          "only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection",
        );
    }
  }

  private ofPod(node: string, asked: ResourceAttributes): Decision {
    const { verb, subresource, namespace, name, fieldSelector } = asked;
    const belongs = () => this.graph.hasPod(node, namespace, name);
    switch (`${verb} ${subresource}`) {
      case "get ":
        return related(node, name, belongs);
      case "list ":
      case "watch ":
        if (fieldNamed(fieldSelector, "spec.nodeName") === node) return allowed;
        return name === "" ? refused("can only list/watch pods with spec.nodeName field selector") : related(node, name, belongs);
      // Which pods these may be is for admission to say, which sees them.
      case "create ":
      case "delete ":
      case "update status":
      case "patch status":
      case "create eviction":
        return allowed;
      default:
        return silent;
    }
  }
}

const unrelated = (node: string): Decision => refused(`no relationship found between node '${node}' and this object`);

function related(node: string, name: string, belongs: () => boolean): Decision {
  if (name === "") return refused("No Object name found");
  return belongs() ? allowed : unrelated(node);
}

function ofSingle(node: string, { verb, subresource, name }: ResourceAttributes, belongs: () => boolean): Decision {
  if (verb !== "get") return refused("can only get individual resources of this type");
  return subresource === "" ? related(node, name, belongs) : refused("cannot get subresource");
}

function ofNamespaced(node: string, asked: ResourceAttributes, belongs: () => boolean): Decision {
  if (!reads.has(asked.verb)) return refused("can only read resources of this type");
  if (asked.subresource !== "") return refused("cannot read subresource");
  if (asked.namespace === "") return refused("can only read namespaced object of this type");
  return related(node, asked.name, belongs);
}

function ofClaimStatus(node: string, { verb, name }: ResourceAttributes, belongs: () => boolean): Decision {
  const changes = verb === "update" || verb === "patch";
  return changes ? related(node, name, belongs) : refused("can only get/update/patch this type");
}

function ofToken(node: string, { verb, subresource, name }: ResourceAttributes, belongs: () => boolean): Decision {
  if (verb !== "create" || name === "") return refused("can only create tokens for individual service accounts");
  if (subresource !== "token") return refused("can only create token subresource of serviceaccount");
  return related(node, name, belongs);
}

/** The name of what is being created is not known yet: admission compares it. */
const isOwn = (node: string, { verb, name }: ResourceAttributes): boolean => verb === "create" || name === node;

function ofLease(node: string, asked: ResourceAttributes): Decision {
  if (!ownObjectVerbs.has(asked.verb)) return refused("can only get, create, update, patch, or delete a node lease");
  if (asked.namespace !== leaseNamespace)
    return refused(`can only access leases in the ${quote(leaseNamespace)} system namespace`);
  return isOwn(node, asked) ? allowed : refused("can only access node lease with the same name as the requesting node");
}

function ofCsiNode(node: string, asked: ResourceAttributes): Decision {
  if (!ownObjectVerbs.has(asked.verb)) return refused("can only get, create, update, patch, or delete a CSINode");
  if (asked.subresource !== "") return refused("cannot authorize CSINode subresources");
  return isOwn(node, asked) ? allowed : refused("can only access CSINode with the same name as the requesting node");
}

function ofNode(node: string, { verb, subresource, name }: ResourceAttributes): Decision {
  if (subresource === "status") return verb === "update" || verb === "patch" ? allowed : silent;
  if (subresource !== "") return silent;
  if (verb === "create" || verb === "update" || verb === "patch") return allowed;
  if (!reads.has(verb)) return silent;
  if (name === node) return allowed;
  return refused(
    name === ""
      ? `node '${node}' cannot read all nodes, only its own Node object`
      : `node '${node}' cannot read '${name}', only its own Node object`,
  );
}

/** What every node may alike. */
function staticDecision({ verb, group, resource, subresource }: ResourceAttributes): Decision {
  return nodeRules.some((rule) => aboutResource(rule, verb, group, resource, subresource)) ? allowed : silent;
}
