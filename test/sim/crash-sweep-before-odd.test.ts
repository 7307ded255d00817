import { crashSweep } from "../support/crash-sweep.js";

crashSweep("before", 1);
