/** One get or list: what it waits for and how it is answered; its chart says when. */
import { type ApiError, notFound, timeout, tooLargeResourceVersion } from "../../../src/api/status.js";
import type { Backing } from "../backing.js";
import { convertThen } from "../conversion/work.js";
import type { ApiOutcome, ListRequest, ReadRequest, Respond } from "../request.js";
import { keyOf, type Served } from "../served.js";
import type { StoreFigures } from "../watch-cache/resource-store.js";
import type { Selection } from "../watch-cache/selection.js";
import { fetchList } from "./fetch.js";
import { listFromCache } from "./list.js";
import type { ReadAt } from "./resource-version.js";

export const defaultDeadlineMs = 34_000;

export interface ReadPlan {
  readonly served: Served;
  readonly at: ReadAt;
  /** Absent for a get. */
  readonly selection: Selection | undefined;
  /** What becomes of the object that a get finds: a subresource such as scale shows another one. */
  readonly show?: ((stored: NonNullable<ReturnType<Backing["cache"]["get"]>>) => ApiOutcome) | undefined;
}

export class Read {
  private giveUp: () => void = () => undefined;
  private fetched: ApiOutcome | undefined;

  constructor(
    private readonly backing: Backing,
    private readonly request: ReadRequest,
    private readonly plan: ReadPlan,
    private readonly respond: Respond,
  ) {}

  get mustBeNewest(): boolean {
    return this.plan.at.what === "newest";
  }

  get deadlineMs(): number {
    return this.request.deadlineMs ?? defaultDeadlineMs;
  }

  get isAhead(): boolean {
    const { at } = this.plan;
    return (at.what === "notOlderThan" || at.what === "exactly") && at.revision > this.backing.cache.revision;
  }

  /** True when the resource has changed since the revision that the read must be of, or when etcd knows no more of it, and says so. */
  get mustBeFetched(): boolean {
    const { at, served } = this.plan;
    const { cache } = this.backing;
    if (at.what !== "exactly" || at.revision < 0n) return false;
    return cache.store(served.prefix).changedAt > at.revision || at.revision < cache.forgottenBefore;
  }

  /** True when nothing is to be waited for. */
  get ready(): boolean {
    return !this.mustBeNewest && !this.isAhead && !this.mustBeFetched;
  }

  awaitRevision(onReached: () => void): void {
    const { at } = this.plan;
    if (at.what === "notOlderThan" || at.what === "exactly") this.giveUp = this.backing.cache.whenReached(at.revision, onReached);
  }

  stopWaiting(): void {
    this.giveUp();
  }

  fetch(onFetched: () => void): void {
    const { at, served, selection } = this.plan;
    if (at.what !== "exactly" || selection === undefined) return;
    fetchList(this.backing, { served, selection, at, options: (this.request as ListRequest).options }, (outcome) => {
      this.fetched = outcome;
      onFetched();
    });
  }

  answerFetched(): void {
    if (this.fetched !== undefined) this.respond(this.fetched);
  }

  answer(): void {
    if (this.mustBeNewest) this.figures.confirmedReads += 1;
    if (!this.plan.served.isConverted) {
      this.respond(this.outcome());
      return;
    }
    convertThen(
      this.backing,
      this.deadlineMs,
      () => this.outcome(),
      (converted) => this.respond(converted.ok ? converted.value : converted),
    );
  }

  private outcome(): ApiOutcome {
    const { served, selection, at, show } = this.plan;
    if (selection !== undefined) {
      const { options } = this.request as ListRequest;
      return listFromCache(this.backing.cache, { served, selection, at, options });
    }
    const { path } = this.request;
    const stored = this.backing.cache.get(keyOf(served, path));
    if (stored === undefined) return { ok: false, error: notFound(served.groupResource, path.name ?? "") };
    return show === undefined ? { ok: true, code: 200, object: served.presentation.show(stored.json) } : show(stored);
  }

  refuseAsTooLarge(): void {
    const { at } = this.plan;
    const asked = at.what === "notOlderThan" || at.what === "exactly" ? at.revision : 0n;
    this.refuse(tooLargeResourceVersion(String(asked), String(this.backing.cache.revision)));
  }

  refuseAsTimeout(): void {
    if (this.mustBeNewest) this.figures.unconfirmedReads += 1;
    this.refuse(timeout("request did not complete within the allotted timeout"));
  }

  private get figures(): StoreFigures {
    return this.backing.cache.store(this.plan.served.prefix).figures;
  }

  private refuse(error: ApiError): void {
    this.respond({ ok: false, error });
  }
}
