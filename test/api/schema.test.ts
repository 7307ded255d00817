import { test } from "uvu";
import * as assert from "uvu/assert";
import { builtinResources } from "../../src/api/kinds.js";
import { fieldAt, typeNames, typeOf, typeOfKind, type ValueType } from "../../src/api/schema.js";

test("fields carry what merging needs", () => {
  const expected: Array<[string, string, object]> = [
    [
      "PodSpec",
      "containers",
      {
        value: { type: "array", items: { type: "ref", name: "Container" } },
        required: true,
        listType: "map",
        mapKeys: ["name"],
        patchStrategy: ["merge"],
        patchMergeKey: "name",
      },
    ],
    [
      "PodSpec",
      "volumes",
      {
        value: { type: "array", items: { type: "ref", name: "Volume" } },
        required: false,
        listType: "map",
        mapKeys: ["name"],
        patchStrategy: ["merge", "retainKeys"],
        patchMergeKey: "name",
      },
    ],
    [
      "ServiceSpec",
      "ports",
      {
        value: { type: "array", items: { type: "ref", name: "ServicePort" } },
        required: false,
        listType: "map",
        mapKeys: ["port", "protocol"],
        patchStrategy: ["merge"],
        patchMergeKey: "port",
      },
    ],
    [
      "DeploymentSpec",
      "strategy",
      { value: { type: "ref", name: "DeploymentStrategy" }, required: false, patchStrategy: ["retainKeys"] },
    ],
    ["ServiceSpec", "selector", { value: { type: "map", values: { type: "string" } }, required: false, mapType: "atomic" }],
    [
      "ObjectMeta",
      "finalizers",
      { value: { type: "array", items: { type: "string" } }, required: false, listType: "set", patchStrategy: ["merge"] },
    ],
    ["Secret", "data", { value: { type: "map", values: { type: "bytes" } }, required: false }],
    ["ResourceRequirements", "limits", { value: { type: "map", values: { type: "quantity" } }, required: false }],
    ["ServicePort", "targetPort", { value: { type: "intOrString" }, required: false }],
    ["ObjectMeta", "creationTimestamp", { value: { type: "time" }, required: false }],
    ["LeaseSpec", "renewTime", { value: { type: "microTime" }, required: false }],
    ["PodSpec", "terminationGracePeriodSeconds", { value: { type: "int64" }, required: false }],
    ["Container", "tty", { value: { type: "boolean" }, required: false }],
    ["ControllerRevision", "data", { value: { type: "raw" }, required: false }],
    ["JSONSchemaProps", "maximum", { value: { type: "number" }, required: false }],
  ];
  for (const [type, name, field] of expected) assert.equal(typeOf(type)?.fields.get(name), { name, ...field }, `${type}.${name}`);
});

test("types know their full names and kinds", () => {
  const deployment = typeOf("Deployment")!;
  assert.is(deployment.definition, "io.k8s.api.apps.v1.Deployment");
  assert.is(deployment.goName, "v1.Deployment");
  assert.equal(deployment.kind, { group: "apps", version: "v1", kind: "Deployment" });
  assert.is(typeOf("EventsV1Event")!.definition, "io.k8s.api.events.v1.Event");
  assert.is(typeOf("PodSpec")!.kind, undefined);
  assert.is(typeOf("DeleteOptions")!.kind, "many");
  assert.is(typeOf("LabelSelector")!.mapType, "atomic");
  assert.is(typeOf("Nothing"), undefined);
  assert.is(typeOf("constructor"), undefined, "names are not looked up in Object's prototype");
});

test("every type that a field or a resource refers to is there", () => {
  const check = (value: ValueType, where: string): void => {
    assert.ok(value, `${where} has a type`);
    if (value.type === "ref") assert.ok(typeOf(value.name), `${where} refers to ${value.name}`);
    if (value.type === "array") check(value.items, where);
    if (value.type === "map") check(value.values, where);
    if (value.type === "oneOf") for (const option of value.options) check(option, where);
  };
  for (const name of typeNames()) for (const field of typeOf(name)!.fields.values()) check(field.value, `${name}.${field.name}`);
  for (const resource of builtinResources().resources) {
    assert.ok(typeOf(resource.type), resource.type);
    if (resource.listType !== "") assert.ok(typeOf(resource.listType), resource.listType);
  }
});

test("a kind has its type", () => {
  const expected: Array<[string, string, string | undefined]> = [
    ["v1", "Pod", "Pod"],
    ["v1", "PodList", "PodList"],
    ["apps/v1", "Deployment", "Deployment"],
    ["events.k8s.io/v1", "Event", "EventsV1Event"],
    ["autoscaling/v1", "Scale", "Scale"],
    ["policy/v1", "Eviction", "Eviction"],
    ["authentication.k8s.io/v1", "TokenRequest", "TokenRequest"],
    ["apps/v1", "DeleteOptions", "DeleteOptions"],
    ["apps/v2", "Deployment", undefined],
    ["v1", "Pot", undefined],
  ];
  for (const [apiVersion, kind, type] of expected) assert.is(typeOfKind(apiVersion, kind), type, `${apiVersion} ${kind}`);
});

test("a field is found by its path through arrays and maps", () => {
  assert.is(fieldAt("Deployment", ["spec", "template", "spec", "containers", "ports"])!.patchMergeKey, "containerPort");
  assert.is(fieldAt("Pod", ["spec", "nothing", "ports"]), undefined);
});

test.run();
