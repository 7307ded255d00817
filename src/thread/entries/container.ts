/** What each container's thread begins with. */
export { default } from "../../../actors/runc/io/container/entry.js";
