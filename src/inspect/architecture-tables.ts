import { messageTable, routeTable } from "./message-table.js";

/** The text of ARCHITECTURE.md with its generated tables as they are now. */
export const withTables = (text: string): string => between(between(text, "routes", routeTable()), "messages", messageTable());

function between(text: string, mark: string, content: string): string {
  const begin = `<!-- ${mark}:begin -->`;
  const end = `<!-- ${mark}:end -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new RangeError(`the text has no "${begin}" before "${end}"`);
  return `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`;
}
