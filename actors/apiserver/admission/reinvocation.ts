/**
 * Who is asked a second time. After the first round, in which all are asked in order, there is one more when somebody in it
 * changed the object: in that round only those are asked that wish it and whose object was changed after them.
 */
export class Reinvocation {
  round = 0;
  private changedInRound = false;
  private readonly askedAndWilling = new Set<string>();
  private readonly again = new Set<string>();

  /** True when this one is asked in this round. */
  calls(uid: string): boolean {
    return this.round === 0 || this.again.has(uid);
  }

  /** The object was changed: those who were asked before and wish it are to be asked again. */
  changed(): void {
    this.changedInRound = true;
    this.askThoseAgain();
  }

  mayCallAgain(uid: string): void {
    this.askedAndWilling.add(uid);
  }

  /** True when there is a second round. */
  get needed(): boolean {
    return this.round === 0 && this.changedInRound;
  }

  /** Begins the second round; `rebuilt` when what is built in has changed the object again. */
  begin(rebuilt: boolean): void {
    this.round = 1;
    if (rebuilt) this.askThoseAgain();
  }

  private askThoseAgain(): void {
    for (const uid of this.askedAndWilling) this.again.add(uid);
    this.askedAndWilling.clear();
  }
}
