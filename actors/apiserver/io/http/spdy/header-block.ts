/**
 * SPDY/3.1 header blocks: names and values with their lengths, compressed as one zlib stream a direction that begins with a
 * dictionary both ends know. SPDY Protocol, Draft 3.1, section 2.6.10.
 */
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";

const names =
  "options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow authorization " +
  "cache-control connection content-base content-encoding content-language content-length content-location content-md5 " +
  "content-range content-type date etag expect expires from host if-match if-modified-since if-none-match if-range " +
  "if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization range referer " +
  "retry-after server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get status";
const values = ["200 OK", "version", "HTTP/1.1", "url", "public", "set-cookie", "keep-alive", "origin"];
const rest =
  "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505" +
  "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found" +
  "500 Internal Server Error501 Not Implemented503 Service Unavailable" +
  "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT" +
  "chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript," +
  "publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";

const dictionary = Buffer.concat([...[...names.split(" "), ...values].map(withLength), Buffer.from(rest, "latin1")]);

/** A zlib stream's first bytes: deflate with a 32 KiB window, a preset dictionary, and the checksum by which it is known. */
const zlibHeader = Buffer.from([0x78, 0xbb, 0xe3, 0xc6, 0xa7, 0xc2]);
const windowBytes = 32 * 1024;
/** What one block may grow to: Kubernetes' streams have a handful of short headers. */
export const headerBlockBytesMost = 64 * 1024;

export type Headers = ReadonlyMap<string, string>;

function withLength(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/**
 * Each block ends at a flush, on a whole byte, so that a direction's stream can be taken apart block by block: all that one
 * has of the earlier ones is the window of what they said.
 */
class Window {
  private bytes = dictionary;
  private begun = false;

  /** Undefined for the first block, which has zlib's own header before it. */
  next(): { readonly first: boolean; readonly dictionary: Buffer } {
    const first = !this.begun;
    this.begun = true;
    return { first, dictionary: this.bytes };
  }

  passed(block: Buffer): void {
    this.bytes = Buffer.concat([this.bytes, block]).subarray(-windowBytes);
  }
}

export class HeaderWriter {
  private readonly window = new Window();

  write(headers: Headers): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(headers.size);
    const block = Buffer.concat([count, ...[...headers].flatMap(([name, value]) => [withLength(name), withLength(value)])]);
    const { first, dictionary } = this.window.next();
    const packed = deflateRawSync(block, { dictionary, finishFlush: constants.Z_SYNC_FLUSH });
    this.window.passed(block);
    return first ? Buffer.concat([zlibHeader, packed]) : packed;
  }
}

export class HeaderReader {
  private readonly window = new Window();

  /** Undefined when the block is damaged or too large: the connection cannot go on. Names are lower case. */
  read(packed: Buffer): Headers | undefined {
    const { first, dictionary } = this.window.next();
    if (first && !packed.subarray(0, zlibHeader.length).equals(zlibHeader) && !isOtherLevel(packed)) return undefined;
    const body = first ? packed.subarray(zlibHeader.length) : packed;
    try {
      const block = inflateRawSync(body, {
        dictionary,
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: headerBlockBytesMost,
      });
      this.window.passed(block);
      return parse(block);
    } catch {
      // What zlib finds wrong is the peer's doing; which byte it was helps nobody.
      return undefined;
    }
  }
}

/** The second byte of a zlib header also says how hard the sender tried. */
const isOtherLevel = (packed: Buffer): boolean =>
  packed.length > zlibHeader.length &&
  packed[0] === zlibHeader[0] &&
  ((packed[1] ?? 0) & 0x20) !== 0 &&
  packed.subarray(2, 6).equals(zlibHeader.subarray(2));

function parse(block: Buffer): Headers | undefined {
  let at = 0;
  const number = (): number => {
    at += 4;
    return block.readUInt32BE(at - 4);
  };
  const text = (): string => {
    const length = number();
    if (at + length > block.length) throw new RangeError("a header is longer than its block");
    at += length;
    return block.toString("utf8", at - length, at);
  };
  const headers = new Map<string, string>();
  for (let left = number(); left > 0; left--) headers.set(text().toLowerCase(), text());
  return headers;
}
