/** Base64 as Secrets and bytes fields carry it: standard alphabet, padded. */

const chunkLength = 8192;

export const encodeBase64 = (bytes: Uint8Array): string => {
  let binary = "";
  for (let start = 0; start < bytes.length; start += chunkLength) {
    binary += String.fromCharCode(...bytes.subarray(start, start + chunkLength));
  }
  return btoa(binary);
};

/** Text as UTF-8 in base64. */
export const encodeTextBase64 = (text: string): string => encodeBase64(new TextEncoder().encode(text));

/** The bytes that a base64 text stands for; undefined when it is none. */
export const decodeBase64 = (text: string): Uint8Array | undefined => {
  const clean = text.replace(/[\r\n]/g, "");
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(clean)) return undefined;
  return Uint8Array.from(atob(clean), (character) => character.charCodeAt(0));
};

/** How many bytes a base64 text stands for. */
export const decodedLength = (text: string): number => {
  const clean = text.replace(/[\r\n]/g, "");
  const padding = clean.endsWith("==") ? 2 : clean.endsWith("=") ? 1 : 0;
  return Math.max(0, (clean.length / 4) * 3 - padding);
};

/** The text that base64 of UTF-8 stands for; undefined when it is not base64. */
export const decodeTextBase64 = (text: string): string | undefined => {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
  } catch {
    return undefined;
  }
};
