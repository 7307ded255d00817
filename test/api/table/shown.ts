/** The moment at which tables are made here, and what they show. */
import { builtinResources } from "../../../src/api/kinds.js";

export const nowMs = Date.UTC(2026, 0, 1, 12, 0, 0);
export const ago = (seconds: number): string => `${new Date(nowMs - seconds * 1000).toISOString().slice(0, 19)}Z`;
export const resource = (apiVersion: string, kind: string) => builtinResources().byObject(apiVersion, kind)!;
