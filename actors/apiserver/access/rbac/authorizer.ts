/**
 * RBAC: what the roles allow that are bound to a user. Decisions are kept with the user until a role or binding changes; they do
 * not depend on the name of the object, but for rules that are limited to names, so few of them answer everything.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
import { aboutResource, allowsPath, namesOf } from "../../../../src/api/access/policy-rules.js";
import type { PolicyRule } from "../../../../src/api/types.js";
import type { ApiUser } from "../../request.js";
import type { Decision, PathAttributes, ResourceAttributes } from "../attributes.js";
import { type Grants, missingRole } from "./grants.js";

/** Kept questions of one user at most: verbs times resources times namespaces. */
const questionsMost = 4_096;

/** What answers a question about a resource: the first that is about the name does. */
interface Answers {
  readonly allowed: ReadonlyArray<{ readonly names: readonly string[] | undefined; readonly decision: Decision }>;
  readonly otherwise: Decision;
}

interface Granted {
  readonly rules: readonly PolicyRule[];
  readonly decision: Decision;
}

/** What is known of one user. */
class UserRules {
  private readonly answers = new Map<string, Answers>();
  private readonly granted = new Map<string, { readonly granted: readonly Granted[]; readonly otherwise: Decision }>();

  constructor(
    readonly version: number,
    private readonly grants: Grants,
    private readonly user: ApiUser,
  ) {}

  decide({ verb, group, resource, subresource, namespace, name }: ResourceAttributes): Decision {
    const question = `${verb} ${group}/${resource}/${subresource} ${namespace}`;
    let answers = this.answers.get(question);
    if (answers === undefined) {
      if (this.answers.size >= questionsMost) this.answers.clear();
      answers = this.answer(namespace, (rule) => aboutResource(rule, verb, group, resource, subresource));
      this.answers.set(question, answers);
    }
    for (const { names, decision } of answers.allowed) if (names === undefined || names.includes(name)) return decision;
    return answers.otherwise;
  }

  /** Paths are a client's own words: their answers are not kept. */
  decidePath({ verb, path }: PathAttributes): Decision {
    const answers = this.answer("", (rule) => allowsPath(rule, verb, path));
    return answers.allowed[0]?.decision ?? answers.otherwise;
  }

  private answer(namespace: string, isAbout: (rule: PolicyRule) => boolean): Answers {
    const { granted, otherwise } = this.grantedIn(namespace);
    const allowed = granted.flatMap(({ rules, decision }) =>
      rules.filter(isAbout).map((rule) => ({ names: namesOf(rule), decision })),
    );
    return { allowed, otherwise };
  }

  private grantedIn(namespace: string) {
    const known = this.granted.get(namespace);
    if (known !== undefined) return known;
    const problems: string[] = [];
    const granted = this.grants.grantsOf(this.user, namespace).flatMap((grant): Granted[] => {
      const rules = this.grants.rulesOf(grant.roleRef, grant.namespace);
      if (rules === undefined) problems.push(missingRole(grant.roleRef));
      return rules === undefined ? [] : [{ rules, decision: { allowed: true, reason: `RBAC: allowed by ${grant.text}` } }];
    });
    const made = { granted, otherwise: { allowed: false, reason: problemsText(problems) } };
    if (this.granted.size >= questionsMost) this.granted.clear();
    this.granted.set(namespace, made);
    return made;
  }
}

function problemsText(problems: readonly string[]): string {
  const told = [...new Set(problems)];
  if (told.length === 0) return "";
  return `RBAC: ${told.length === 1 ? told[0] : `[${told.join(", ")}]`}`;
}

export class RbacAuthorizer {
  private readonly users = new WeakMap<ApiUser, UserRules>();

  constructor(private readonly grants: Grants) {}

  authorize(user: ApiUser, asked: ResourceAttributes | PathAttributes): Decision {
    this.grants.refresh();
    let rules = this.users.get(user);
    if (rules === undefined || rules.version !== this.grants.version) {
      rules = new UserRules(this.grants.version, this.grants, user);
      this.users.set(user, rules);
    }
    return "resource" in asked ? rules.decide(asked) : rules.decidePath(asked);
  }
}
