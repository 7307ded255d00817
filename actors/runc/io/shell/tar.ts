/** Archives in tar's form, as ustar has it, with GNU's and pax's long names. Source: POSIX.1-2017, pax, "ustar Interchange Format". */

export interface TarEntry {
  readonly name: string;
  readonly type: "file" | "directory" | "link";
  readonly mode: number;
  readonly modifiedSeconds: number;
  /** What a symbolic link points to. */
  readonly target: string;
  readonly content: Uint8Array;
}

const blockBytes = 512;
const nameBytes = 100;
const typeFlags = { file: "0", directory: "5", link: "2" } as const;
const longName = "L";

const padding = (size: number): Buffer => Buffer.alloc((blockBytes - (size % blockBytes)) % blockBytes);
const octal = (value: number, digits: number): string => `${Math.trunc(value).toString(8).padStart(digits, "0")}\0`;

function header(name: Buffer, entry: Omit<TarEntry, "name" | "content" | "type">, size: number, typeFlag: string): Buffer {
  const block = Buffer.alloc(blockBytes);
  name.copy(block, 0, 0, nameBytes);
  block.write(octal(entry.mode & 0o7777, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(entry.modifiedSeconds, 11), 136);
  block.write(" ".repeat(8), 148);
  block.write(typeFlag, 156);
  block.write(entry.target, 157, nameBytes);
  block.write("ustar\x0000", 257);
  block.write("root", 265);
  block.write("root", 297);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** The bytes of one entry. */
export function tarEntry(entry: TarEntry): Buffer {
  const name = Buffer.from(entry.name);
  const { content } = entry;
  const parts = [header(name, entry, content.length, typeFlags[entry.type]), content, padding(content.length)];
  if (name.length <= nameBytes) return Buffer.concat(parts);
  const whole = Buffer.concat([name, Buffer.alloc(1)]);
  const before = header(Buffer.from("././@LongLink"), { mode: 0, modifiedSeconds: 0, target: "" }, whole.length, longName);
  return Buffer.concat([before, whole, padding(whole.length), ...parts]);
}

/** What ends an archive. */
export const tarEnd = Buffer.alloc(2 * blockBytes);

const text = (block: Buffer, from: number, length: number): string => {
  const field = block.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString("utf8");
};

const number = (block: Buffer, from: number, length: number): number =>
  Number.parseInt(text(block, from, length).trim() || "0", 8);

/** `path` of a pax header: records are `<length> <key>=<value>\n`. */
function paxPath(content: Buffer): string | undefined {
  for (let at = 0; at < content.length; ) {
    const length = Number.parseInt(content.subarray(at).toString("latin1"), 10);
    if (!(length > 0)) return undefined;
    const record = content.subarray(at, at + length).toString("utf8");
    const [key, value] = record.slice(record.indexOf(" ") + 1, -1).split(/=(.*)/s);
    if (key === "path") return value;
    at += length;
  }
  return undefined;
}

/** The entries of an archive; of devices and hard links nothing. Throws an Error for bytes that are none. */
export function readTar(archive: Buffer): TarEntry[] {
  const entries: TarEntry[] = [];
  let longer: string | undefined;
  for (let at = 0; at < archive.length; ) {
    if (at + blockBytes > archive.length) throw new Error("short read");
    const block = archive.subarray(at, at + blockBytes);
    if (block.every((byte) => byte === 0)) break;
    const size = number(block, 124, 12);
    const sum = block.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
    if (sum !== number(block, 148, 8) || at + blockBytes + size > archive.length) throw new Error("invalid tar header checksum");
    const content = archive.subarray(at + blockBytes, at + blockBytes + size);
    at += blockBytes + size + padding(size).length;
    const flag = text(block, 156, 1);
    if (flag === longName) longer = text(content, 0, content.length);
    else if (flag === "x") longer = paxPath(content) ?? longer;
    else {
      const type = (["file", "directory", "link"] as const).find((each) => typeFlags[each] === (flag || "0"));
      const prefix = text(block, 345, 155);
      const name = longer ?? (prefix === "" ? text(block, 0, nameBytes) : `${prefix}/${text(block, 0, nameBytes)}`);
      const modifiedSeconds = number(block, 136, 12);
      if (type !== undefined)
        entries.push({ name, type, mode: number(block, 100, 8), modifiedSeconds, target: text(block, 157, nameBytes), content });
      longer = undefined;
    }
  }
  return entries;
}
