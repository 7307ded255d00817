/** Bytes between the commands of a shell. */

export interface Input {
  /** Undefined at its end. */
  read(): Promise<Uint8Array | undefined>;
}

export interface Output {
  write(bytes: Uint8Array): Promise<void>;
}

/** Whoever reads has gone: what writes ends as by SIGPIPE, 141. */
export class PipeClosed extends Error {}

const pipeBytes = 64 * 1024;

export class Pipe implements Input, Output {
  private readonly chunks: Uint8Array[] = [];
  private size = 0;
  private ended = false;
  private abandoned = false;
  private wakeReader: (() => void) | undefined;
  private wakeWriter: (() => void) | undefined;

  async read(): Promise<Uint8Array | undefined> {
    while (this.chunks.length === 0 && !this.ended) {
      await new Promise<void>((resolve) => {
        this.wakeReader = resolve;
      });
    }
    const chunk = this.chunks.shift();
    this.size -= chunk?.length ?? 0;
    this.wakeWriter?.();
    return chunk;
  }

  async write(bytes: Uint8Array): Promise<void> {
    while (this.size >= pipeBytes && !this.abandoned && !this.ended) {
      await new Promise<void>((resolve) => {
        this.wakeWriter = resolve;
      });
    }
    if (this.abandoned) throw new PipeClosed();
    if (bytes.length === 0) return;
    this.push(bytes);
  }

  /** Without waiting for room; for bytes that come from outside. */
  push(bytes: Uint8Array): void {
    this.chunks.push(bytes);
    this.size += bytes.length;
    this.wakeReader?.();
  }

  end(): void {
    this.ended = true;
    this.wakeReader?.();
  }

  /** Nobody will read any more. */
  abandon(): void {
    this.abandoned = true;
    this.chunks.length = 0;
    this.size = 0;
    this.wakeWriter?.();
  }
}

export const emptyInput: Input = { read: async () => undefined };
export const nowhere: Output = { write: async () => {} };

export async function readAll(input: Input): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for (let chunk = await input.read(); chunk !== undefined; chunk = await input.read()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Gives lines without their newlines; what is left over at the end is a line too. */
export class LineReader {
  private rest = "";
  private done = false;
  private readonly decoder = new TextDecoder();

  constructor(private readonly input: Input) {}

  async next(): Promise<string | undefined> {
    for (;;) {
      const newline = this.rest.indexOf("\n");
      if (newline >= 0) {
        const line = this.rest.slice(0, newline);
        this.rest = this.rest.slice(newline + 1);
        return line;
      }
      if (this.done) {
        const last = this.rest === "" ? undefined : this.rest;
        this.rest = "";
        return last;
      }
      const chunk = await this.input.read();
      if (chunk === undefined) this.done = true;
      else this.rest += this.decoder.decode(chunk, { stream: true });
    }
  }
}
