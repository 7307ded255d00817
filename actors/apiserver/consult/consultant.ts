/** Asks webhooks for whoever needs to know. Each question is a chart; so many run at a time. */
import type { Backing } from "../backing.js";
import { Consultation } from "./consultation.js";
import { consultationMachine } from "./consultation-machine.js";
import type { Answer, Answers, Question } from "./question.js";

/** Questions under way in one API server. */
const questionsMost = 1_000;

export class Consultant {
  private asked = 0;
  private underWay = 0;

  constructor(private readonly backing: Backing) {}

  /** Calls back once, when it is answered or its time is up. Returns how to give up: then nothing is told. */
  ask(question: Question, onAnswer: (answer: Answer) => void): () => void {
    if (this.underWay >= questionsMost) {
      onAnswer({ ok: false, problem: "too many calls of webhooks are under way", tookMs: 0 });
      return () => undefined;
    }
    this.underWay += 1;
    const consultation = new Consultation(this.backing, question, onAnswer);
    const id = `consultation ${++this.asked}`;
    let over = false;
    const onDone = (): void => {
      over = true;
      this.underWay -= 1;
    };
    const chart = this.backing.host.charts.start(consultationMachine, { id, input: { consultation }, onDone });
    return () => {
      if (!over) chart.send({ type: "abandoned" });
    };
  }
}

/** What one write asks, and has been answered. */
export class Inquiry {
  private readonly known = new Map<string, Answer>();
  private abandon: Array<() => void> = [];

  constructor(private readonly consultant: Consultant) {}

  get answers(): Answers {
    return this.known;
  }

  /** Calls back when all are answered. */
  ask(questions: readonly Question[], onAnswered: () => void): void {
    let open = questions.length;
    this.abandon = questions.map((question) =>
      this.consultant.ask(question, (answer) => {
        this.known.set(question.key, answer);
        open -= 1;
        if (open === 0) onAnswered();
      }),
    );
  }

  /** Nobody waits for what is still under way. */
  giveUp(): void {
    for (const abandon of this.abandon.splice(0)) abandon();
  }

  /** What was asked was about an object that is not what it was. */
  forget(): void {
    this.known.clear();
  }
}
