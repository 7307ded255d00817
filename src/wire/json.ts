/**
 * JSON text of a T. Kubernetes objects travel between actors as text, encoded once where they are written and
 * decoded only by whoever looks inside, so that a relay or a watch hands them on without touching them.
 */
import { readJson, writeJson } from "../json/text.js";
export type Json<T> = string & { readonly __jsonOf?: T };

export const encodeJson = <T>(value: T): Json<T> => writeJson(value) as Json<T>;

export const decodeJson = <T>(text: Json<T>): T => readJson(text) as T;
