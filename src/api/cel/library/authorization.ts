import { dns1123Label, dns1123Subdomain } from "../../names.js";
import { type FunctionDeclaration, memberOverload, type Overload } from "../language/functions.js";
import { exactly } from "../language/ranges.js";
import { bool, type CelType, opaque, string } from "../language/types.js";
import { CelError, OpaqueValue, type Result } from "../language/values.js";

/** Asking whether somebody may do something. Source: https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-authorizer-library */

export const authorizerType = opaque("kubernetes.authorization.Authorizer");
export const resourceCheckType = opaque("kubernetes.authorization.ResourceCheck");
const pathCheckType = opaque("kubernetes.authorization.PathCheck");
const groupCheckType = opaque("kubernetes.authorization.GroupCheck");
const decisionType = opaque("kubernetes.authorization.Decision");

export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
  /** What went wrong while deciding, "" for nothing. */
  readonly error: string;
}

export interface ResourceCheck {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** As `metadata.name=a`; "" for none. */
  readonly fieldSelector: string;
  readonly labelSelector: string;
}

/** A service account whose rights are asked for, instead of those of who made the request. */
export interface CheckedAccount {
  readonly namespace: string;
  readonly name: string;
}

/** What expressions ask; whoever evaluates them gives it, for the user of the request. */
export interface AuthorizationSource {
  readonly mayOnResource: (verb: string, check: ResourceCheck, account: CheckedAccount | undefined) => Decision;
  readonly mayOnPath: (verb: string, path: string, account: CheckedAccount | undefined) => Decision;
}

abstract class CheckValue extends OpaqueValue {
  equals(other: OpaqueValue): boolean {
    return other === this;
  }
}

/** The value of the variable `authorizer`. */
export class AuthorizerValue extends CheckValue {
  readonly type = authorizerType;
  constructor(
    readonly source: AuthorizationSource,
    readonly account?: CheckedAccount,
  ) {
    super();
  }
}

class PathCheckValue extends CheckValue {
  readonly type = pathCheckType;
  constructor(
    readonly authorizer: AuthorizerValue,
    readonly path: string,
  ) {
    super();
  }
}

class GroupCheckValue extends CheckValue {
  readonly type = groupCheckType;
  constructor(
    readonly authorizer: AuthorizerValue,
    readonly group: string,
  ) {
    super();
  }
}

/** The value of `authorizer.requestResource`, and of what is made with `group(…).resource(…)`. */
export class ResourceCheckValue extends CheckValue {
  readonly type = resourceCheckType;
  constructor(
    readonly authorizer: AuthorizerValue,
    readonly check: ResourceCheck,
  ) {
    super();
  }
}

class DecisionValue extends CheckValue {
  readonly type = decisionType;
  constructor(readonly decision: Decision) {
    super();
  }
}

const noCheck = { resource: "", subresource: "", namespace: "", name: "", fieldSelector: "", labelSelector: "" };

const path = (authorizer: AuthorizerValue, text: string): Result =>
  text.trim() === "" ? new CelError("path must not be empty") : new PathCheckValue(authorizer, text);

const serviceAccount = ({ source }: AuthorizerValue, namespace: string, name: string): Result => {
  if (dns1123Subdomain(name).length > 0) return new CelError("Invalid service account name");
  if (dns1123Label(namespace).length > 0) return new CelError("Invalid service account namespace");
  return new AuthorizerValue(source, { namespace, name });
};

const resource = ({ authorizer, group }: GroupCheckValue, name: string): Result =>
  name.trim() === ""
    ? new CelError("resource must not be empty")
    : new ResourceCheckValue(authorizer, { ...noCheck, group, resource: name });

const narrowed = (field: keyof ResourceCheck): FunctionDeclaration["overloads"][number] =>
  memberOverload(
    `resourcecheck_${field}`,
    [resourceCheckType, string],
    resourceCheckType,
    (value: ResourceCheckValue, text: string) => {
      return new ResourceCheckValue(value.authorizer, { ...value.check, [field]: text });
    },
  );

/** So much that an expression can ask twice. */
const checkCost: Pick<Overload, "cost" | "estimate"> = {
  cost: () => 350_000,
  estimate: () => ({ cost: exactly(350_000) }),
};

const ofDecision = (name: string, result: CelType, read: (decision: Decision) => Result): FunctionDeclaration => ({
  name,
  overloads: [memberOverload(`decision_${name}`, [decisionType], result, ({ decision }: DecisionValue) => read(decision))],
});

export const authorization: readonly FunctionDeclaration[] = [
  { name: "path", overloads: [memberOverload("authorizer_path", [authorizerType, string], pathCheckType, path)] },
  {
    name: "group",
    overloads: [
      memberOverload(
        "authorizer_group",
        [authorizerType, string],
        groupCheckType,
        (authorizer: AuthorizerValue, group: string) => {
          return new GroupCheckValue(authorizer, group);
        },
      ),
    ],
  },
  {
    name: "serviceAccount",
    overloads: [memberOverload("authorizer_serviceaccount", [authorizerType, string, string], authorizerType, serviceAccount)],
  },
  { name: "resource", overloads: [memberOverload("groupcheck_resource", [groupCheckType, string], resourceCheckType, resource)] },
  { name: "subresource", overloads: [narrowed("subresource")] },
  { name: "namespace", overloads: [narrowed("namespace")] },
  { name: "name", overloads: [narrowed("name")] },
  { name: "fieldSelector", overloads: [narrowed("fieldSelector")] },
  { name: "labelSelector", overloads: [narrowed("labelSelector")] },
  {
    name: "check",
    overloads: [
      memberOverload(
        "pathcheck_check",
        [pathCheckType, string],
        decisionType,
        ({ authorizer, path: checked }: PathCheckValue, verb: string) =>
          new DecisionValue(authorizer.source.mayOnPath(verb, checked, authorizer.account)),
        checkCost,
      ),
      memberOverload(
        "resourcecheck_check",
        [resourceCheckType, string],
        decisionType,
        ({ authorizer, check }: ResourceCheckValue, verb: string) =>
          new DecisionValue(authorizer.source.mayOnResource(verb, check, authorizer.account)),
        checkCost,
      ),
    ],
  },
  ofDecision("allowed", bool, ({ allowed }) => allowed),
  ofDecision("reason", string, ({ reason }) => reason),
  ofDecision("error", string, ({ error }) => error),
  ofDecision("errored", bool, ({ error }) => error !== ""),
];
