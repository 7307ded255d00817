import { byText, refName, type Schema, type Swagger } from "./swagger.js";

/** Definitions that are values of their own in JSON rather than objects with fields: their code in the table. */
const special: Readonly<Record<string, string>> = {
  "io.k8s.apimachinery.pkg.api.resource.Quantity": "q",
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "x",
  "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "t",
  "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "u",
  "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "r",
  "io.k8s.apimachinery.pkg.apis.meta.v1.Patch": "r",
  "io.k8s.apimachinery.pkg.runtime.RawExtension": "r",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON": "j",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray": "1",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool": "2",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray": "3",
};

const typeCodes: Readonly<Record<string, string>> = {
  "string/": "s",
  "string/byte": "y",
  "integer/int32": "i",
  "integer/int64": "l",
  "number/double": "n",
  "boolean/": "b",
  "object/": "r",
};

/**
 * JSON text of `{ packages, types }`. A type is `<package>.<last segment of its full name, where that differs>;<flags>;<kind>` and its fields, each
 * `<name>|<type>|<flags>`, joined by ";". src/api/schema.ts says what the codes mean.
 */
export function schemaJson(swagger: Swagger, names: ReadonlyMap<string, string>): string {
  const packages: string[] = [];
  const packageOf = (full: string): number => {
    const name = full.slice(0, full.lastIndexOf("."));
    if (!packages.includes(name)) packages.push(name);
    return packages.indexOf(name);
  };
  const typeCode = (schema: Schema): string => {
    if (schema.$ref !== undefined) {
      const target = refName(schema.$ref);
      return special[target] ?? `*${names.get(target)}`;
    }
    if (schema.type === "array") return `[${typeCode(schema.items ?? {})}`;
    if (schema.additionalProperties !== undefined) return `{${typeCode(schema.additionalProperties)}`;
    const code = typeCodes[`${schema.type}/${schema.format ?? ""}`];
    if (code === undefined) throw new Error(`no code for type ${schema.type} of format ${schema.format}`);
    return code;
  };
  const flagsOf = (schema: Schema, required: boolean): string => {
    const keys = schema["x-kubernetes-list-map-keys"];
    const listType = schema["x-kubernetes-list-type"];
    const parts = [
      required ? "!" : "",
      listType === undefined ? "" : listType === "map" ? `m${keys!.join("+")}` : listType.charAt(0),
      schema["x-kubernetes-map-type"] === "atomic" ? "A" : "",
      schema["x-kubernetes-patch-strategy"] === undefined ? "" : `p${schema["x-kubernetes-patch-strategy"].split(",").join("+")}`,
      schema["x-kubernetes-patch-merge-key"] === undefined ? "" : `k${schema["x-kubernetes-patch-merge-key"]}`,
    ];
    return parts.filter((part) => part !== "").join(",");
  };
  const types: Record<string, string> = {};
  for (const [full, short] of [...names].sort(([, a], [, b]) => byText(a, b))) {
    if (special[full] !== undefined) continue;
    const schema = swagger.definitions[full]!;
    const required = new Set(schema.required);
    const kinds = schema["x-kubernetes-group-version-kind"] ?? [];
    const kind = kinds.length > 1 ? "*" : kinds.map((only) => `${only.group}/${only.version}/${only.kind}`).join("");
    const last = full.slice(full.lastIndexOf(".") + 1);
    const fields = Object.entries(schema.properties ?? {}).map(([name, field]) =>
      `${name}|${typeCode(field)}|${flagsOf(field, required.has(name))}`.replace(/\|+$/, ""),
    );
    const head = `${packageOf(full)}.${last === short ? "" : last}`;
    types[short] = [head, schema["x-kubernetes-map-type"] === "atomic" ? "A" : "", kind, ...fields].join(";");
  }
  return JSON.stringify({ packages, types });
}
