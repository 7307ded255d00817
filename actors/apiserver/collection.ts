/** deletecollection: lists what is selected, then deletes each as a delete of its own would. */
import { timeout } from "../../src/api/status.js";
import type { KubernetesObject } from "../../src/api/types.js";
import { decodeJson, type Json } from "../../src/wire/json.js";
import type { ApiOutcome, ApiRequest, DeleteCollectionRequest, ListParts, Noted, Respond } from "./request.js";

type Run = (request: ApiRequest, respond: Respond) => void;

/** Deletes that run at a time. */
const parallelDeletes = 16;
/** As long as any request has that does not go on until somebody ends it. */
const defaultDeadlineMs = 60_000;

/** One such request under way. */
export class CollectionDelete {
  private list: ListParts | undefined;
  private waiting: Array<Json<KubernetesObject>> = [];
  /** The list or deletes that have not been answered. */
  private running = 0;
  private failed: Extract<ApiOutcome, { ok: false }> | undefined;
  /** What webhooks and policies said of any of the deletes is told with the one answer, each text once. */
  private readonly warnings = new Set<string>();
  private readonly annotations = new Map<string, string>();
  /** Deletes run side by side, so no more than the longest is counted as waiting. */
  private waitedMs = 0;

  constructor(
    private readonly request: DeleteCollectionRequest,
    private readonly run: Run,
    private readonly respond: Respond,
  ) {}

  get deadlineMs(): number {
    return this.request.deadlineMs ?? defaultDeadlineMs;
  }

  listAll(onListed: () => void): void {
    const { path, user, selection } = this.request;
    this.running += 1;
    this.run({ verb: "list", path, user, options: selection }, (outcome) => {
      this.running -= 1;
      if (outcome.ok && "list" in outcome) {
        this.list = outcome.list;
        this.waiting = [...outcome.list.items];
      } else if (!outcome.ok) this.failed ??= outcome;
      onListed();
    });
  }

  get done(): boolean {
    return this.running === 0 && (this.waiting.length === 0 || this.failed !== undefined);
  }

  deleteNext(onDeleted: () => void): void {
    while (this.running < parallelDeletes && this.failed === undefined) {
      const item = this.waiting.shift();
      if (item === undefined) return;
      this.running += 1;
      this.deleteOne(item, onDeleted);
    }
  }

  /** No object is deleted any more; those that are being deleted go. */
  stop(): void {
    this.failed ??= { ok: false, error: timeout("request did not complete within the allotted timeout") };
  }

  answer(): void {
    if (this.failed !== undefined) this.respond({ ...this.failed, ...this.noted });
    else if (this.list !== undefined) this.respond({ ok: true, code: 200, list: this.list, ...this.noted });
  }

  private get noted(): Noted {
    const { warnings, annotations, waitedMs } = this;
    return {
      ...(warnings.size === 0 ? {} : { warnings: [...warnings] }),
      ...(annotations.size === 0 ? {} : { annotations }),
      ...(waitedMs === 0 ? {} : { waitedMs }),
    };
  }

  private note({ warnings = [], annotations = new Map(), waitedMs = 0 }: Noted): void {
    for (const text of warnings) this.warnings.add(text);
    for (const [key, value] of annotations) this.annotations.set(key, value);
    this.waitedMs = Math.max(this.waitedMs, waitedMs);
  }

  private deleteOne(item: Json<KubernetesObject>, onDeleted: () => void): void {
    const { path, user, options } = this.request;
    const { name = "", namespace } = decodeJson(item).metadata;
    const of = { ...path, name, ...(namespace === undefined ? {} : { namespace }) };
    this.run({ verb: "delete", path: of, user, options, ofCollection: true }, (outcome) => {
      this.running -= 1;
      this.note(outcome);
      if (!outcome.ok && outcome.error.code !== 404) this.failed ??= outcome;
      onDeleted();
    });
  }
}
