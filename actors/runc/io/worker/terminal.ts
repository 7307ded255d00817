/** The line discipline of a terminal: what a person types is echoed, edited by line, and given to the program at Enter. */

export interface TerminalListener {
  echo(bytes: Uint8Array): void;
  line(bytes: Uint8Array): void;
  /** Control-D at the beginning of a line. */
  end(): void;
  /** Control-C. */
  interrupt(): void;
}

export class Terminal {
  private line = "";
  private readonly decoder = new TextDecoder();

  constructor(private readonly listener: TerminalListener) {}

  typed(bytes: Uint8Array): void {
    for (const char of this.decoder.decode(bytes, { stream: true })) this.key(char);
  }

  private key(char: string): void {
    if (char === "\r" || char === "\n") {
      this.echo("\r\n");
      this.listener.line(Buffer.from(`${this.line}\n`));
      this.line = "";
    } else if (char === "\x7f" || char === "\b") {
      if (this.line === "") return;
      this.line = [...this.line].slice(0, -1).join("");
      this.echo("\b \b");
    } else if (char === "\x15") {
      this.echo("\b \b".repeat([...this.line].length));
      this.line = "";
    } else if (char === "\x04") {
      if (this.line === "") this.listener.end();
    } else if (char === "\x03") {
      this.echo("^C\r\n");
      this.line = "";
      this.listener.interrupt();
    } else if (char >= " " || char === "\t") {
      this.line += char;
      this.echo(char);
    }
  }

  private echo(text: string): void {
    this.listener.echo(Buffer.from(text));
  }
}

/** A terminal begins each line at its left edge. */
export const asTerminalOutput = (bytes: Uint8Array): Uint8Array =>
  Buffer.from(Buffer.from(bytes).toString("latin1").replaceAll("\n", "\r\n"), "latin1");
