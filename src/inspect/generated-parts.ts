/** What of the documents is made by the program, between marks: the tables of ARCHITECTURE.md and the diagram of the README. */
import { traceOnePod } from "../sim/one-pod.js";
import { messageTable, routeTable } from "./message-table.js";
import { wayDiagram, wayOfPod } from "./way-of-a-pod.js";

/** By the document's name: its text with the parts as they are now. */
export const withGeneratedParts: Readonly<Record<string, (text: string) => string>> = {
  "ARCHITECTURE.md": (text) => between(between(text, "routes", routeTable()), "messages", messageTable()),
  "README.md": (text) => between(text, "way", `\`\`\`mermaid\n${wayDiagram(wayOfPod(traceOnePod("1"), "web"))}\n\`\`\``),
};

function between(text: string, mark: string, content: string): string {
  const begin = `<!-- ${mark}:begin -->`;
  const end = `<!-- ${mark}:end -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new RangeError(`the text has no "${begin}" before "${end}"`);
  return `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`;
}
