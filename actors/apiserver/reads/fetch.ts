/** Lists that are of a revision which the cache has left behind: read from etcd, which keeps the past until it is compacted. */
import { storagePrefix } from "../../../src/api/paths.js";
import { continueExpired, listRevisionCompacted, serviceUnavailable } from "../../../src/api/status.js";
import type { KubernetesObject } from "../../../src/api/types.js";
import type { Outcome, WireError } from "../../../src/wire/errors.js";
import type { Json } from "../../../src/wire/json.js";
import { etcdMessages, prefixEnd, type RangeReply } from "../../etcd/messages.js";
import type { Backing } from "../backing.js";
import { convertThen } from "../conversion/work.js";
import type { ApiOutcome } from "../request.js";
import { etcdOf, rejectionOf } from "../watch-cache/etcd-link.js";
import { StoredObject } from "../watch-cache/stored-object.js";
import { encodeContinue } from "./continue-token.js";
import { counts, type ListPlan, listParts, pageLimit } from "./list.js";
import type { ReadAt } from "./resource-version.js";

type Exactly = Extract<ReadAt, { what: "exactly" }>;

/** A page that must be converted waits so long for it. */
const conversionDeadlineMs = 30_000;

/** How many keys are read at a time where selectors may leave most of them out. */
const rangeLimit = 1_000;

export function fetchList(
  backing: Backing,
  plan: ListPlan & { readonly at: Exactly },
  onFetched: (outcome: ApiOutcome) => void,
): void {
  const { host, metrics } = backing;
  const { served, selection, at, options } = plan;
  const within = storagePrefix(served.resource, selection.namespace);
  const limit = pageLimit(plan);
  const items: Array<Json<KubernetesObject>> = [];
  let fetched = 0;
  const answer = (cut?: { start: string; remaining: number }): void => {
    metrics.etcd.listed(served.prefix, { fetched, evaluated: fetched, returned: items.length });
    onFetched({ ok: true, code: 200, list: listParts(plan, items, at.revision, cut) });
  };
  const shown = (reply: RangeReply): Array<Json<KubernetesObject> | undefined> =>
    reply.kvs.map((kv) => {
      const stored = StoredObject.of(kv);
      return selection.matches(stored) ? served.presentation.show(stored.json) : undefined;
    });
  const take = (reply: RangeReply, texts: ReadonlyArray<Json<KubernetesObject> | undefined>): void => {
    let seen = 0;
    for (const [index, kv] of reply.kvs.entries()) {
      if (items.length >= limit) {
        answer({ start: kv.key.slice(served.prefix.length), remaining: reply.count - seen });
        return;
      }
      seen += 1;
      const text = texts[index];
      if (text !== undefined) items.push(text);
    }
    const last = reply.kvs.at(-1);
    if (reply.more && last !== undefined) page(`${last.key}\0`);
    else answer();
  };
  const page = (key: string): void => {
    const etcd = etcdOf(host);
    if (etcd === undefined) {
      onFetched({ ok: false, error: serviceUnavailable("etcd is not reachable") });
      return;
    }
    const wanted = counts(options) && Number.isFinite(limit) ? limit - items.length + 1 : rangeLimit;
    const request = { key, rangeEnd: prefixEnd(within), limit: Math.min(wanted, rangeLimit), revision: at.revision };
    const answered = metrics.etcd.asked("list", served.prefix);
    const onOutcome = (outcome: Outcome<RangeReply>): void => {
      answered(outcome.ok);
      if (!outcome.ok) {
        onFetched({ ok: false, error: refusalOf(outcome.error, at) });
        return;
      }
      const { reply } = outcome;
      fetched += reply.kvs.length;
      convertThen(
        backing,
        conversionDeadlineMs,
        () => shown(reply),
        (converted) => {
          if (converted.ok) take(reply, converted.value);
          else onFetched(converted);
        },
      );
    };
    host.wire.call(etcd, etcdMessages.range, request, { onOutcome });
  };
  page(at.start === "" ? within : served.prefix + at.start);
}

function refusalOf(error: WireError, at: Exactly) {
  if (rejectionOf(error)?.reason !== "compacted") return serviceUnavailable(`etcd: ${error.message}`);
  return at.continued ? continueExpired(encodeContinue({ revision: -1n, start: at.start })) : listRevisionCompacted();
}
