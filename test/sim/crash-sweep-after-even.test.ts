import { crashSweep } from "../support/crash-sweep.js";

crashSweep("after", 0);
