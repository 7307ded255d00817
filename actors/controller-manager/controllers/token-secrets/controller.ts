/**
 * Fills Secrets that are to hold a service account's token, and removes them with the account:
 * https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#token-controller
 */
import { encodeTextBase64 } from "../../../../src/api/base64.js";
import { semanticEqual } from "../../../../src/api/json-value.js";
import { accountNameAnnotation, accountUidAnnotation, tokenSecretType } from "../../../../src/api/legacy-tokens.js";
import type { KubernetesObject, Secret, ServiceAccount } from "../../../../src/api/types.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informed, InformedResource, Informers } from "../../engine/informers.js";
import { keyOf, pathTo } from "../../engine/ownership.js";
import { type Answers, nothingToDo, type Plan } from "../../engine/plan.js";
import * as resources from "../../engine/resources.js";
import type { ControllerManagerIo } from "../../io/io.js";

const path = { group: "", version: "v1", resource: "secrets" } as const;

const accountNameOf = ({ metadata }: Secret): string => metadata.annotations?.[accountNameAnnotation] ?? "";

/** Found by `namespace/name` of their account, if they are for a token. */
export const tokenSecrets: InformedResource<Secret> = {
  path,
  indexers: {
    account: (secret) => (secret.type === tokenSecretType ? [`${secret.metadata.namespace}/${accountNameOf(secret)}`] : []),
  },
};

type Signing = Pick<ControllerManagerIo, "clusterCa" | "signToken">;

export function reconcileTokenSecret(
  secret: Secret,
  known: ServiceAccount | undefined,
  answers: Answers,
  { clusterCa, signToken }: Signing,
): Plan {
  if (secret.metadata.deletionTimestamp !== undefined) return nothingToDo;
  const uid = secret.metadata.annotations?.[accountUidAnnotation] ?? "";
  const isOf = (account: ServiceAccount | undefined): account is ServiceAccount =>
    account !== undefined && (uid === "" || account.metadata.uid === uid);
  if (!isOf(known)) return withoutAccount(secret, answers, isOf);
  const { name = "", namespace = "" } = known.metadata;
  const accountUid = known.metadata.uid ?? "";
  const data: Record<string, string> = {
    ...secret.data,
    namespace: encodeTextBase64(namespace),
    ...(clusterCa === "" ? {} : { "ca.crt": encodeTextBase64(clusterCa) }),
  };
  if (!data.token) {
    const claims = {
      iss: "kubernetes/serviceaccount",
      "kubernetes.io/serviceaccount/namespace": namespace,
      "kubernetes.io/serviceaccount/secret.name": secret.metadata.name ?? "",
      "kubernetes.io/serviceaccount/service-account.name": name,
      "kubernetes.io/serviceaccount/service-account.uid": accountUid,
      sub: `system:serviceaccount:${namespace}:${name}`,
    };
    data.token = encodeTextBase64(signToken(claims));
  }
  if (uid !== "" && semanticEqual(data, secret.data)) return nothingToDo;
  const { managedFields: _, ...metadata } = secret.metadata;
  const annotations = { ...metadata.annotations, [accountUidAnnotation]: accountUid };
  const object: Secret = { ...secret, metadata: { ...metadata, annotations }, data };
  return { writes: [{ request: { verb: "update", path: pathTo(path, secret), object } }] };
}

/** The account may only not have come into the cache yet: the API server is asked before the Secret goes. */
function withoutAccount(secret: Secret, answers: Answers, isOf: (account: ServiceAccount | undefined) => boolean): Plan {
  const { namespace = "", uid, resourceVersion } = secret.metadata;
  const answer = answers.get("account");
  if (answer === undefined) {
    const request = { verb: "get" as const, path: { ...resources.serviceAccounts.path, namespace, name: accountNameOf(secret) } };
    return { reads: [{ name: "account", request }] };
  }
  if (answer !== "absent" && isOf(answer.object as ServiceAccount)) return { requeueAfterMs: 100 };
  const preconditions = { ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  return { writes: [{ request: { verb: "delete", path: pathTo(path, secret), options: { preconditions } } }] };
}

/** Acts as the controller manager itself, which alone may write any Secret. */
export function tokenSecretController(informers: Informers, io: Signing): ControllerDefinition {
  const accounts = informers.of(resources.serviceAccounts);
  const secrets = informers.of(tokenSecrets);
  return {
    name: "serviceaccount-token",
    workers: 5,
    needs: [accounts, secrets] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key, { answers }) => {
      const secret = secrets.store.get(key);
      if (secret === undefined || secret.type !== tokenSecretType || accountNameOf(secret) === "") return nothingToDo;
      const account = accounts.store.get(`${secret.metadata.namespace}/${accountNameOf(secret)}`);
      return reconcileTokenSecret(secret, account, answers, io);
    },
    follow: (enqueue) => {
      secrets.subscribe(({ type, object }) => {
        if (type !== "deleted" && object.type === tokenSecretType) enqueue(keyOf(object));
      });
      accounts.subscribe(({ object }) => {
        for (const secret of secrets.store.by("account", keyOf(object))) enqueue(keyOf(secret));
      });
    },
  };
}
