/** How long lists take, from the question to the last byte of the answer. */
import { Connection, makeConfigMaps, makeNamespace, type Target } from "./connection.js";

export const listsEach = 15;

/** Milliseconds of each of some lists of `count` ConfigMaps of 1 KB, in a namespace that is made for it. */
export async function listing(target: Target, count: number): Promise<number[]> {
  const namespace = `list-${count}`;
  await makeNamespace(target, namespace);
  await makeConfigMaps(target, namespace, count);
  const connection = await Connection.open(target);
  const took: number[] = [];
  for (let list = 0; list < listsEach; list += 1) {
    const askedMs = performance.now();
    const code = await connection.ask("GET", `/api/v1/namespaces/${namespace}/configmaps`);
    if (code !== 200) throw new Error(`a list was answered ${code}`);
    took.push(performance.now() - askedMs);
  }
  connection.close();
  return took;
}
