/** Which flow schema a request belongs to, and which flow within it. https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#flowschema */
import type { FlowSchema } from "../../../src/api/types.js";
import type { Attributes } from "../access/attributes.js";
import type { ApiUser } from "../request.js";

type Rules = NonNullable<NonNullable<FlowSchema["spec"]>["rules"]>[number];
type Subject = Rules["subjects"][number];

/** In the order in which they are tried. */
export function inOrder(schemas: readonly FlowSchema[]): FlowSchema[] {
  const precedence = ({ spec }: FlowSchema): number => spec?.matchingPrecedence ?? 1_000;
  const name = ({ metadata }: FlowSchema): string => metadata.name ?? "";
  return [...schemas].sort((a, b) => precedence(a) - precedence(b) || (name(a) < name(b) ? -1 : 1));
}

export const matches = (schema: FlowSchema, user: ApiUser, asked: Attributes): boolean =>
  (schema.spec?.rules ?? []).some(
    (rules) =>
      rules.subjects.some((subject) => isAmong(subject, user)) && (coversResource(rules, asked) || coversPath(rules, asked)),
  );

function isAmong(subject: Subject, { name, groups }: ApiUser): boolean {
  switch (subject.kind) {
    case "User":
      return subject.user?.name === "*" || subject.user?.name === name;
    case "Group":
      return subject.group?.name === "*" || groups.includes(subject.group?.name ?? "");
    case "ServiceAccount": {
      const { namespace = "", name: account = "" } = subject.serviceAccount ?? {};
      const prefix = `system:serviceaccount:${namespace}:`;
      return account === "*" ? name.startsWith(prefix) : name === prefix + account;
    }
    default:
      return false;
  }
}

const has = (values: readonly string[], value: string): boolean => values.includes("*") || values.includes(value);

function coversResource({ resourceRules = [] }: Rules, asked: Attributes): boolean {
  if (!("resource" in asked)) return false;
  const { verb, group, resource, subresource, namespace } = asked;
  const combined = subresource === "" ? resource : `${resource}/${subresource}`;
  return resourceRules.some(
    ({ verbs, apiGroups, resources, namespaces = [], clusterScope = false }) =>
      has(verbs, verb) &&
      has(apiGroups, group) &&
      has(resources, combined) &&
      (namespace === "" ? clusterScope : has(namespaces, namespace)),
  );
}

function coversPath({ nonResourceRules = [] }: Rules, asked: Attributes): boolean {
  if ("resource" in asked) return false;
  return nonResourceRules.some(
    ({ verbs, nonResourceURLs }) => has(verbs, asked.verb) && nonResourceURLs.some((url) => covers(url, asked.path)),
  );
}

const covers = (url: string, path: string): boolean =>
  url === "*" || url === path || (url.endsWith("/*") && path.startsWith(url.slice(0, -1)));

/** What tells a schema's flows apart; "" where all of its requests are one flow. */
export function distinguisherOf({ spec }: FlowSchema, user: ApiUser, asked: Attributes): string {
  switch (spec?.distinguisherMethod?.type) {
    case "ByUser":
      return user.name;
    case "ByNamespace":
      return "resource" in asked ? asked.namespace : "";
    default:
      return "";
  }
}
