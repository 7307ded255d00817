/** Stand-ins of a few lines each. */

import { bootcampGreeting, bootcampVersion, guestbookPage, nodeHello } from "../../images/answers.js";
import type { ProgramContext } from "../container/entry.js";
import { answerText, serveUntilSignal } from "./serve.js";

export function helloWorld(): number {
  console.log(
    [
      "",
      "Hello from Chartroom!",
      "This message shows that a container was created, started, and has run to its end.",
      "It comes from a stand-in for the hello-world image.",
      "",
    ].join("\n"),
  );
  return 0;
}

/** What a program that sets the user id has come to. */
export function effectiveUid(): number {
  console.log(`Effective uid: ${process.geteuid?.()}`);
  return 0;
}

/** Does nothing until it is told to stop. */
export function pause(): Promise<number> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {}, 2 ** 31 - 1);
    const end = (): void => {
      clearInterval(timer);
      resolve(0);
    };
    process.once("SIGTERM", end);
    process.once("SIGINT", end);
  });
}

export function bootcamp({ hostname, image }: ProgramContext): Promise<number> {
  const version = bootcampVersion(image);
  console.log(`Kubernetes Bootcamp App Started At: ${new Date().toISOString()} | Running On:  ${hostname} \n`);
  return serveUntilSignal(8080, (request, response) => {
    console.log(`Running On: ${hostname} | Total Requests: ${request.url}`);
    answerText(response, 200, bootcampGreeting(hostname, version));
  });
}

export const nodeHelloServer = (): Promise<number> =>
  serveUntilSignal(8080, (request, response) => {
    console.log(`Received request for URL: ${request.url}`);
    answerText(response, 200, nodeHello);
  });

export function guestbookFrontend(): Promise<number> {
  console.error("chartroom: a stand-in for the guestbook's frontend; its store is simulated");
  return serveUntilSignal(80, (_request, response) => answerText(response, 200, guestbookPage, "text/html"));
}
