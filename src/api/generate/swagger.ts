/** The parts of an OpenAPI v2 document and of protobufjs' JSON form that the generator reads. */

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly $ref?: string;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly "x-kubernetes-group-version-kind"?: readonly GroupVersionKind[];
  readonly "x-kubernetes-list-type"?: string;
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: string;
  readonly "x-kubernetes-patch-merge-key"?: string;
  readonly "x-kubernetes-patch-strategy"?: string;
}

export interface Operation {
  readonly operationId?: string;
  readonly parameters?: ReadonlyArray<{
    readonly $ref?: string;
    readonly name?: string;
    readonly in?: string;
    readonly schema?: Schema;
  }>;
  readonly responses?: Readonly<Record<string, { readonly schema?: Schema }>>;
  readonly "x-kubernetes-action"?: string;
  readonly "x-kubernetes-group-version-kind"?: GroupVersionKind;
}

export interface Swagger {
  readonly definitions: Readonly<Record<string, Schema>>;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export interface ProtobufField {
  readonly type: string;
  readonly id: number;
  readonly rule?: string;
  readonly keyType?: string;
}

export interface ProtobufNamespace {
  readonly nested?: Readonly<Record<string, ProtobufNamespace>>;
  readonly fields?: Readonly<Record<string, ProtobufField>>;
}

/** Orders by UTF-16 code units, so that the same input gives the same bytes on every machine. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The full name of a definition that a `$ref` points at. */
export const refName = (ref: string): string => ref.slice(ref.lastIndexOf("/") + 1);
