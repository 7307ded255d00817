/** Privacy-Enhanced Mail (RFC 7468): bytes in text, between a BEGIN and an END. */

export interface PemBlock {
  /** `CERTIFICATE REQUEST`. */
  readonly type: string;
  readonly bytes: Uint8Array;
  /** Lines before the content, which are no longer in use. */
  readonly hasHeaders: boolean;
}

const begin = /^-----BEGIN ([^-]+)-----$/;

function decode(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Every whole block of a text, in order; what is not one is passed over. */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let type: string | undefined;
  let content = "";
  let hasHeaders = false;
  for (const raw of text.split("\n")) {
    const line = raw.trim();
    const begins = begin.exec(line)?.[1];
    if (begins !== undefined) {
      type = begins;
      content = "";
      hasHeaders = false;
    } else if (type !== undefined && line === `-----END ${type}-----`) {
      const bytes = decode(content);
      if (bytes !== undefined) blocks.push({ type, bytes, hasHeaders });
      type = undefined;
    } else if (line.includes(":")) hasHeaders = true;
    else content += line;
  }
  return blocks;
}
