/** Stand-in for the Apache HTTP server: serves /usr/local/apache2/htdocs on port 80. */
import { accessLine, serveUntilSignal } from "./serve.js";
import { serveFile } from "./static-files.js";

export function httpd(): Promise<number> {
  console.error("chartroom: a stand-in for httpd serves /usr/local/apache2/htdocs on port 80; it reads no configuration");
  return serveUntilSignal(80, (request, response) => {
    serveFile("/usr/local/apache2/htdocs", request, response, { server: "Apache (chartroom)" }, (status, bytes) => {
      console.log(accessLine(request, status, bytes));
    });
  });
}
