/** `date +FORMAT`, in UTC: containers have no other time zone. */

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

const pad = (number: number, width: number, fill = "0"): string => String(number).padStart(width, fill);

export function formatDate(nowMs: number, format: string): string {
  const at = new Date(nowMs);
  const fields: Readonly<Record<string, () => string>> = {
    Y: () => String(at.getUTCFullYear()),
    y: () => pad(at.getUTCFullYear() % 100, 2),
    m: () => pad(at.getUTCMonth() + 1, 2),
    d: () => pad(at.getUTCDate(), 2),
    e: () => pad(at.getUTCDate(), 2, " "),
    H: () => pad(at.getUTCHours(), 2),
    I: () => pad(at.getUTCHours() % 12 || 12, 2),
    M: () => pad(at.getUTCMinutes(), 2),
    S: () => pad(at.getUTCSeconds(), 2),
    N: () => `${pad(at.getUTCMilliseconds(), 3)}000000`,
    p: () => (at.getUTCHours() < 12 ? "AM" : "PM"),
    s: () => String(Math.floor(nowMs / 1000)),
    a: () => days[at.getUTCDay()]!.slice(0, 3),
    A: () => days[at.getUTCDay()]!,
    b: () => months[at.getUTCMonth()]!.slice(0, 3),
    B: () => months[at.getUTCMonth()]!,
    Z: () => "UTC",
    z: () => "+0000",
    F: () => formatDate(nowMs, "%Y-%m-%d"),
    T: () => formatDate(nowMs, "%H:%M:%S"),
    R: () => formatDate(nowMs, "%H:%M"),
    D: () => formatDate(nowMs, "%m/%d/%y"),
    c: () => formatDate(nowMs, "%a %b %e %H:%M:%S %Y"),
    n: () => "\n",
    t: () => "\t",
    "%": () => "%",
  };
  return format.replace(/%(.)/g, (whole, letter: string) => fields[letter]?.() ?? whole);
}
