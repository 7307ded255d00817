/** Makes `node:fs` of this thread see the container's file system. */
import fs from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import type { FileAccess } from "./file-access.js";
import { opensToRead as reading, ruleOf, opensToWrite as writing } from "./file-rules.js";
import type { PathMap } from "./path-map.js";

type PathLike = string | Buffer | URL;
type Use = "read" | "write";

/** Functions of `fs` that take one path first, and whether they write there. Their `…Sync` and `promises` forms go with them. */
const onePath: ReadonlyArray<readonly [string, Use]> = [
  ["access", "read"],
  ["appendFile", "write"],
  ["chmod", "write"],
  ["chown", "write"],
  ["exists", "read"],
  ["lchown", "write"],
  ["lstat", "read"],
  ["lutimes", "write"],
  ["mkdir", "write"],
  ["mkdtemp", "write"],
  ["opendir", "read"],
  ["readFile", "read"],
  ["readdir", "read"],
  ["readlink", "read"],
  ["realpath", "read"],
  ["rm", "write"],
  ["rmdir", "write"],
  ["stat", "read"],
  ["statfs", "read"],
  ["truncate", "write"],
  ["unlink", "write"],
  ["unwatchFile", "read"],
  ["utimes", "write"],
  ["watch", "read"],
  ["watchFile", "read"],
  ["writeFile", "write"],
  ["openAsBlob", "read"],
];
/** Two paths: what is read or moved, and where to. */
const twoPaths: ReadonlyArray<readonly [string, Use, Use]> = [
  ["copyFile", "read", "write"],
  ["cp", "read", "write"],
  ["link", "read", "write"],
  ["rename", "write", "write"],
];
/** What they give back is a path of the host. */
const givesPath: ReadonlySet<string> = new Set(["mkdtemp", "readlink", "realpath", "mkdir"]);

type AnyFunction = ((...values: unknown[]) => unknown) & { native?: AnyFunction };

const writeFlags =
  fs.constants.O_WRONLY | fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_TRUNC | fs.constants.O_APPEND;

const opensToWrite = (flags: unknown): boolean =>
  typeof flags === "number"
    ? (flags & writeFlags) !== 0
    : typeof flags === "string" && flags !== "r" && flags !== "rs" && flags !== "sr";

/**
 * Replaces the path functions of `fs`. `cwd` is the container's working directory; `access` is what its user may do with files,
 * and undefined for root, who may do anything.
 */
export function patchFileSystem(paths: PathMap, cwd: () => string, access?: FileAccess): void {
  const map = (path: unknown, use: Use, syscall: string): unknown => {
    // File descriptors and handles go through as they are.
    if (typeof path !== "string" && !Buffer.isBuffer(path) && !(path instanceof URL)) return path;
    const text = path instanceof URL ? fileURLToPath(path) : String(path as PathLike);
    return paths.toHost(posix.resolve(cwd(), text), use === "write", syscall);
  };
  /** Errors name the path as the container knows it. */
  const reword = (error: unknown): unknown => {
    if (error instanceof Error && "path" in error && typeof error.path === "string") {
      const seen = paths.toContainer(error.path);
      error.message = error.message.replace(error.path, seen);
      error.path = seen;
    }
    return error;
  };
  const seen = (value: unknown): unknown => (typeof value === "string" ? paths.toContainer(value) : value);

  const wrap = (
    holder: Record<string, unknown>,
    name: string,
    style: "callback" | "sync" | "promise",
    mapArguments: Mapper,
  ): void => {
    const original = holder[name] as AnyFunction | undefined;
    if (typeof original !== "function") return;
    const plain = name.replace(/Sync$/, "");
    const result = givesPath.has(plain) ? seen : (value: unknown) => value;
    const make = (called: AnyFunction): AnyFunction =>
      function patched(this: unknown, ...values: unknown[]): unknown {
        const callback = style === "callback" ? values.findLast((value) => typeof value === "function") : undefined;
        if (callback !== undefined && plain !== "watch" && plain !== "watchFile" && plain !== "unwatchFile") {
          const at = values.lastIndexOf(callback);
          let after: After;
          values[at] = (error: unknown, value: unknown, ...more: unknown[]) => {
            if (plain === "exists") return (callback as AnyFunction)(error);
            if (error === null) after?.(value);
            return (callback as AnyFunction)(reword(error), result(value), ...more);
          };
          try {
            after = mapArguments(values, plain);
          } catch (error) {
            process.nextTick(callback as AnyFunction, reword(error));
            return undefined;
          }
          return called.apply(this, values);
        }
        if (style === "promise") {
          return Promise.resolve()
            .then(async () => {
              const after = mapArguments(values, plain);
              const value = await called.apply(this, values);
              after?.(value);
              return result(value);
            })
            .catch((error: unknown) => Promise.reject(reword(error)));
        }
        try {
          const after = mapArguments(values, plain);
          const value = called.apply(this, values);
          after?.(value);
          return result(value);
        } catch (error) {
          throw reword(error);
        }
      } as AnyFunction;
    const patched = make(original);
    if (original.native !== undefined) patched.native = make(original.native);
    holder[name] = patched;
  };
  const wrapAll = (name: string, mapPaths: PathMapper): void => {
    const rule = access === undefined ? undefined : ruleOf(name);
    const mapArguments: Mapper = (values, syscall) => {
      mapPaths(values, syscall);
      if (access === undefined) return undefined;
      if (name === "open") return (opensToWrite(values[1]) ? writing : reading)(access, values, syscall);
      return rule?.(access, values, syscall);
    };
    wrap(fs as Record<string, unknown>, name, "callback", mapArguments);
    wrap(fs as Record<string, unknown>, `${name}Sync`, "sync", mapArguments);
    wrap(fs.promises as Record<string, unknown>, name, "promise", mapArguments);
  };

  for (const [name, use] of onePath) {
    wrapAll(name, (values, syscall) => {
      values[0] = map(values[0], use === "read" && opensToWriteBy(name, values) ? "write" : use, syscall);
    });
  }
  for (const [name, from, to] of twoPaths) {
    wrapAll(name, (values, syscall) => {
      values[0] = map(values[0], from, syscall);
      values[1] = map(values[1], to, syscall);
    });
  }
  wrapAll("open", (values, syscall) => {
    values[0] = map(values[0], opensToWrite(values[1]) ? "write" : "read", syscall);
  });
  wrapAll("symlink", (values, syscall) => {
    // The target is text; an absolute one means a path of the container.
    if (typeof values[0] === "string" && values[0].startsWith("/")) values[0] = map(values[0], "read", syscall);
    values[1] = map(values[1], "write", syscall);
  });
}

type PathMapper = (values: unknown[], syscall: string) => void;
type After = ((result: unknown) => void) | undefined;
type Mapper = (values: unknown[], syscall: string) => After;

/** `readFile` with a flag that creates, and `access` for writing, are writes too. */
function opensToWriteBy(name: string, values: unknown[]): boolean {
  if (name === "access") return typeof values[1] === "number" && (values[1] & fs.constants.W_OK) !== 0;
  const options = values[1];
  return (
    name === "readFile" && typeof options === "object" && options !== null && "flag" in options && opensToWrite(options.flag)
  );
}
