import { byText, refName, type Schema, type Swagger } from "./swagger.js";

/** Definitions whose JSON form is not what their schema says. */
const special: Readonly<Record<string, string>> = {
  "io.k8s.apimachinery.pkg.api.resource.Quantity": "string",
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "number | string",
  "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "string",
  "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "string",
  "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "{ [field: string]: unknown }",
  "io.k8s.apimachinery.pkg.apis.meta.v1.Patch": "{ [field: string]: unknown }",
  "io.k8s.apimachinery.pkg.runtime.RawExtension": "{ [field: string]: unknown }",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON": "unknown",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray": "JSONSchemaProps | JSONSchemaProps[]",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool": "JSONSchemaProps | boolean",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray": "JSONSchemaProps | string[]",
};

/** What an int64 is, and what a float is that was written without a fraction: it may be beyond what a number holds exactly. */
const integerImport = 'import type { Integer } from "../../json/integer.js";\n';

/** TypeScript source with one interface for each definition, one to a line. */
export function emitTypes(swagger: Swagger, names: ReadonlyMap<string, string>): string {
  const typeOf = (schema: Schema): string => {
    if (schema.$ref !== undefined) return names.get(refName(schema.$ref))!;
    if (schema.type === "array") {
      const item = typeOf(schema.items ?? {});
      return /^[\w.]+$/.test(item) ? `${item}[]` : `Array<${item}>`;
    }
    if (schema.additionalProperties !== undefined) return `{ [key: string]: ${typeOf(schema.additionalProperties)} }`;
    if (schema.type === "object") return "{ [key: string]: unknown }";
    if (schema.format === "int64" || schema.type === "number") return "Integer";
    if (schema.type === "integer") return "number";
    return schema.type ?? "unknown";
  };
  const lines = [...names].map(([full, short]): [string, string] => {
    const schema = swagger.definitions[full]!;
    const alias = special[full];
    if (alias !== undefined) return [short, `export type ${short} = ${alias};`];
    const required = new Set(schema.required);
    const isKind = schema["x-kubernetes-group-version-kind"] !== undefined;
    const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => {
      const key = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
      const type = typeOf(field);
      // Whatever is stored has metadata, so that a kind can stand for a KubernetesObject.
      const always = required.has(name) || (isKind && name === "metadata" && type === "ObjectMeta");
      return `${key}${always ? "" : "?"}: ${type}`;
    });
    return [
      short,
      fields.length === 0
        ? `export type ${short} = { [key: string]: never };`
        : `export interface ${short} { ${fields.join("; ")} }`,
    ];
  });
  return `${integerImport}${lines
    .sort(([a], [b]) => byText(a, b))
    .map(([, line]) => line)
    .join("\n")}\n`;
}
