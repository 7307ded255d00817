/** What each function of `fs` needs of the files that it is given, by name. Paths are those of the host. */
import fs from "node:fs";
import type { FileAccess } from "./file-access.js";

/** Checks before the call, which may throw; what it gives back is done after a call that worked, with its result. */
export type Rule = (access: FileAccess, values: readonly unknown[], syscall: string) => ((result: unknown) => void) | undefined;

const pathOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

const onPath =
  (act: (access: FileAccess, path: string, values: readonly unknown[], syscall: string) => ReturnType<Rule>): Rule =>
  (access, values, syscall) => {
    // A descriptor or handle was checked when it was opened.
    const path = pathOf(values[0]);
    return path === undefined ? undefined : act(access, path, values, syscall);
  };

const seek = onPath((access, path, _values, syscall) => {
  access.search(path, syscall);
  return undefined;
});
const read = onPath((access, path, _values, syscall) => {
  access.check(path, "read", syscall);
  return undefined;
});
const write = onPath((access, path, _values, syscall) => {
  access.check(path, "write", syscall);
  const missing = access.missing(path);
  return missing.length === 0 ? undefined : () => access.claim(missing);
});
const make = onPath((access, path, _values, syscall) => {
  const missing = access.missing(path);
  access.checkParent(missing.at(-1) ?? path, syscall);
  return () => access.claim(missing);
});
const take = onPath((access, path, _values, syscall) => {
  access.checkParent(path, syscall);
  return undefined;
});
const own = onPath((access, path, _values, syscall) => {
  access.checkOwner(path, syscall);
  return undefined;
});
const give = onPath((access, path, values, syscall) => {
  access.checkGift(path, Number(values[1]), Number(values[2]), syscall);
  return undefined;
});
const look = onPath((access, path, _values, syscall) => {
  access.search(path, syscall);
  return (found) => access.seen(found as fs.Stats | undefined);
});

const access = onPath((by, path, values, syscall) => {
  const mode = typeof values[1] === "number" ? values[1] : 0;
  by.search(path, syscall);
  if ((mode & fs.constants.R_OK) !== 0) by.check(path, "read", syscall);
  if ((mode & fs.constants.X_OK) !== 0) by.check(path, "execute", syscall);
  if ((mode & fs.constants.W_OK) !== 0) by.check(path, "write", syscall);
  return undefined;
});

const both = (values: readonly unknown[], at: 0 | 1): unknown[] => [values[at]];

const transfer =
  (from: Rule, to: Rule): Rule =>
  (by, values, syscall) => {
    from(by, both(values, 0), syscall);
    return to(by, both(values, 1), syscall);
  };

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["access", access],
  ["appendFile", write],
  ["chmod", own],
  ["chown", give],
  ["lchown", give],
  ["lstat", look],
  ["stat", look],
  ["lutimes", own],
  ["utimes", own],
  ["mkdir", make],
  ["opendir", read],
  ["readFile", read],
  ["readdir", read],
  ["readlink", seek],
  ["realpath", seek],
  ["rm", take],
  ["rmdir", take],
  ["truncate", write],
  ["unlink", take],
  ["writeFile", write],
  ["copyFile", transfer(read, write)],
  ["cp", transfer(read, make)],
  ["link", transfer(own, make)],
  ["rename", transfer(take, take)],
  ["symlink", (by, values, syscall) => make(by, both(values, 1), syscall)],
  [
    "mkdtemp",
    onPath((by, path, _values, syscall) => {
      by.checkParent(`${path}XXXXXX`, syscall);
      return (result) => {
        if (typeof result === "string") by.claim([result]);
      };
    }),
  ],
]);

export const opensToRead: Rule = read;
export const opensToWrite: Rule = write;

/** Undefined for a function that asks nothing of files. */
export const ruleOf = (name: string): Rule | undefined => rules.get(name);
