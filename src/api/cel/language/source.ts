/** One thing that is wrong with an expression, at an offset in code points from its start. */
export interface SourceError {
  readonly offset: number;
  readonly message: string;
}

/** An expression's text as code points, with lines and columns as cel-go counts them. */
export class Source {
  readonly characters: readonly string[];
  readonly #lineStarts: number[] = [0];

  constructor(readonly text: string) {
    this.characters = Array.from(text);
    this.characters.forEach((character, index) => {
      if (character === "\n") this.#lineStarts.push(index + 1);
    });
  }

  /** The line from 1, the column from 0. */
  locate(offset: number): { readonly line: number; readonly column: number } {
    let line = this.#lineStarts.length;
    while (line > 1 && this.#lineStarts[line - 1]! > offset) line--;
    return { line, column: offset - this.#lineStarts[line - 1]! };
  }

  /** All errors in order of place, each with its line of source and a mark under the place. */
  display(errors: readonly SourceError[]): string {
    return [...errors]
      .sort((one, other) => one.offset - other.offset)
      .map((error) => this.#displayOne(error))
      .join("\n");
  }

  #displayOne({ offset, message }: SourceError): string {
    if (offset < 0) return `ERROR: <input>:-1:0: ${message}`;
    const { line, column } = this.locate(offset);
    const start = this.#lineStarts[line - 1]!;
    const end = this.#lineStarts[line] === undefined ? this.characters.length : this.#lineStarts[line]! - 1;
    const snippet = this.characters.slice(start, end).join("").replaceAll("\t", " ");
    const head = `ERROR: <input>:${line}:${column + 1}: ${message}`;
    return `${head}\n | ${snippet}\n | ${".".repeat(column)}^`;
  }
}
