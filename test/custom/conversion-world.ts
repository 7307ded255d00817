/** A simulated API server with gadgets in two versions that a webhook of the test converts. */
import { readJson, writeJson } from "../../src/json/text.js";
import { ApiServerWorld, type ApiServerWorldOptions } from "../sim/apiserver-world.js";
import { definitionOf } from "./definitions.js";

export const gadgetsIn = (version: string) => ({ group: "example.com", version, resource: "gadgets", namespace: "default" });
export const definitionsPath = { group: "apiextensions.k8s.io", version: "v1", resource: "customresourcedefinitions" };
const url = "https://hooks.example.com/convert";

const version = (name: string, storage: boolean, properties: object, selectableFields: object[] = []) => ({
  name,
  selectableFields,
  served: true,
  storage,
  schema: { openAPIV3Schema: { type: "object", properties: { spec: { type: "object", properties } } } },
});

/** Version v1 says host and port in one text, v2 each for itself. */
const gadgetsBy = (selectableFields: object[]) =>
  definitionOf(
    "gadgets",
    "Gadget",
    [
      version("v1", true, { address: { type: "string" } }),
      version(
        "v2",
        false,
        { host: { type: "string" }, port: { type: "string" }, scheme: { type: "string", default: "https" } },
        selectableFields,
      ),
    ],
    {
      conversion: {
        strategy: "Webhook",
        webhook: { conversionReviewVersions: ["v1"], clientConfig: { url } },
      },
    },
  );
export const gadgets = gadgetsBy([]);
/** The same, selected by host in v2. */
export const selectableGadgets = gadgetsBy([{ jsonPath: ".spec.host" }]);

export interface Gadget {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { name: string; [field: string]: unknown };
  readonly spec: { address?: string; host?: string; port?: string; scheme?: string };
}

interface ConversionReview {
  readonly request: { uid: string; desiredAPIVersion: string; objects: Gadget[] };
}

export function convertGadget(gadget: Gadget, apiVersion: string): Gadget {
  const { address = "", host = "", port = "" } = gadget.spec;
  const [first = "", second = ""] = address.split(":");
  const spec = apiVersion.endsWith("v1") ? { address: `${host}:${port}` } : { host: first, port: second };
  return { ...gadget, apiVersion, spec };
}

export const gadget = (apiVersion: string, name: string, spec: Gadget["spec"]): Gadget => ({
  apiVersion: `example.com/${apiVersion}`,
  kind: "Gadget",
  metadata: { name },
  spec,
});

/** The answer of a webhook that converts, or says why not. */
export function conversionAnswer(body: string, refusal?: string): string {
  const { request } = readJson(body) as ConversionReview;
  const response =
    refusal === undefined
      ? {
          result: { status: "Success" },
          convertedObjects: request.objects.map((each) => convertGadget(each, request.desiredAPIVersion)),
        }
      : { result: { status: "Failure", message: refusal } };
  return writeJson({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "ConversionReview",
    response: { uid: request.uid, ...response },
  });
}

export class ConversionWorld extends ApiServerWorld {
  /** Why the webhook converts nothing. */
  refusal: string | undefined;
  /** Of how many objects each review was. */
  readonly reviews: number[] = [];
  /** All that was to be converted. */
  readonly asked: Gadget[] = [];

  constructor(options: ApiServerWorldOptions = {}, definition = gadgets) {
    super(options);
    this.untilServing();
    this.webhooks.serve(url, ({ body }) => {
      const { objects } = (readJson(body) as ConversionReview).request;
      this.reviews.push(objects.length);
      this.asked.push(...objects);
      return { afterMs: 10, answer: { ok: true, code: 200, body: conversionAnswer(body, this.refusal) } };
    });
    const { error } = this.create(definitionsPath, definition);
    if (error !== undefined) throw new Error(error.message);
    this.run(100);
  }

  /** The webhook does not answer at all. */
  silence(): void {
    this.webhooks.serve(url, () => undefined);
  }
}
