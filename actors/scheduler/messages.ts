/** The scheduler accepts no message: it acts on what it watches. */
import { declareMessages } from "../../src/wire/declare.js";

export const schedulerMessages = declareMessages("scheduler", {});
