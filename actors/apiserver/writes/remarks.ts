import type { Remarks } from "../../../src/api/admission/plugin.js";
import type { ApiOutcome } from "../request.js";

/** Annotations that tell a part of the request, and belong in the audit log only where that does. */
export const patchAnnotationPrefix = "patch.webhook.admission.k8s.io/";

/** What admission has to say of a request besides its outcome; begun anew with each plan. */
export class RemarkBook {
  private warnings: string[] | undefined;
  private annotations: Map<string, string> | undefined;

  get isEmpty(): boolean {
    return this.warnings === undefined && this.annotations === undefined;
  }

  warn(text: string): void {
    this.warnings ??= [];
    if (!this.warnings.includes(text)) this.warnings.push(text);
  }

  /** For the audit log. */
  annotate(key: string, value: string): void {
    this.annotations ??= new Map();
    if (!this.annotations.has(key)) this.annotations.set(key, value);
  }

  take({ warnings = [], auditAnnotations = new Map() }: Remarks): void {
    for (const warning of warnings) this.warn(warning);
    for (const [key, value] of auditAnnotations) this.annotate(key, value);
  }

  /** The outcome with what was said of it. */
  on(outcome: ApiOutcome): ApiOutcome {
    const { warnings, annotations } = this;
    if (this.isEmpty) return outcome;
    return {
      ...outcome,
      ...(warnings === undefined ? {} : { warnings: [...(outcome.warnings ?? []), ...warnings] }),
      ...(annotations === undefined ? {} : { annotations: new Map([...(outcome.annotations ?? []), ...annotations]) }),
    };
  }
}
