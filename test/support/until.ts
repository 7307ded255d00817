/** Waits for a condition with a deadline: tests never wait for time to pass. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(`within ${withinMs} ms it did not come to hold that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
