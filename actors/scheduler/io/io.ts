/** The scheduler touches nothing of the world but the API server, so its I/O is empty, in both worlds. */
export type SchedulerIo = Readonly<Record<never, never>>;

export const schedulerIo = (): SchedulerIo => ({});
