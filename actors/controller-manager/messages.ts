/** The controller manager accepts no message: it acts on what it watches. */
import { declareMessages } from "../../src/wire/declare.js";

export const controllerManagerMessages = declareMessages("controller-manager", {});
