/** The content of one field of a form with files (multipart/form-data, RFC 7578); undefined when it has no such field. */
export function uploadedFile(contentType: string, body: Buffer, field: string): Buffer | undefined {
  const match = /^multipart\/form-data\b.*;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) return undefined;
  const line = Buffer.from(`--${boundary}`);
  for (let at = body.indexOf(line); at >= 0; ) {
    const next = body.indexOf(line, at + line.length);
    if (next < 0) return undefined;
    const part = body.subarray(at + line.length + 2, next - 2);
    const end = part.indexOf("\r\n\r\n");
    const head = part.subarray(0, Math.max(0, end)).toString("utf8");
    if (new RegExp(`^content-disposition:.*\\bname="${field}"`, "im").test(head)) return part.subarray(end + 4);
    at = next;
  }
  return undefined;
}
