/** Where containers live: a thread that is no actor, and outlives the actors that use it. */
import "../../../actors/runc/io/shim/worker.js";
