/** Definitions that the tests of custom resources share. */
import type { CustomResourceDefinition } from "../../src/api/generated/types.js";

export const widgetSchema = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      required: ["color"],
      properties: {
        color: { type: "string", enum: ["red", "green"] },
        replicas: { type: "integer", minimum: 0, maximum: 10, default: 1 },
        size: { type: "string", pattern: "^[0-9]+(cm|mm)$" },
        limit: { "x-kubernetes-int-or-string": true },
        note: { type: "string", nullable: true },
        free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        parts: {
          type: "array",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["name"],
          items: {
            type: "object",
            required: ["name"],
            properties: { name: { type: "string" }, count: { type: "integer", default: 1 } },
          },
        },
        tags: { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" } },
      },
    },
    status: {
      type: "object",
      properties: { replicas: { type: "integer" }, phase: { type: "string" }, selector: { type: "string" } },
    },
  },
};

export const definitionOf = (plural: string, kind: string, versions: object[], more: object = {}, group = "example.com") => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.${group}` },
  spec: { group, scope: "Namespaced", names: { plural, kind }, versions, ...more },
});

export const widgetVersion = {
  name: "v1",
  served: true,
  storage: true,
  schema: { openAPIV3Schema: widgetSchema },
  subresources: {
    status: {},
    scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas", labelSelectorPath: ".status.selector" },
  },
  additionalPrinterColumns: [
    { name: "Color", type: "string", jsonPath: ".spec.color" },
    { name: "Replicas", type: "integer", jsonPath: ".spec.replicas" },
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
  ],
  selectableFields: [{ jsonPath: ".spec.color" }],
};

export const widgets = definitionOf("widgets", "Widget", [widgetVersion], {
  names: { plural: "widgets", kind: "Widget", shortNames: ["wd"], categories: ["all"] },
});

export const widget = (name: string, spec: object = { color: "red" }) => ({
  apiVersion: "example.com/v1",
  kind: "Widget",
  metadata: { name },
  spec,
});

/** The widgets as their definition is once they are served. */
export const establishedWidgets = {
  ...widgets,
  status: {
    acceptedNames: { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" },
    conditions: [{ type: "Established", status: "True" }],
    storedVersions: ["v1"],
  },
} as unknown as CustomResourceDefinition;
