import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How a document is answered. */
type DocumentAnswer = (response: ServerResponse) => void

/** A web server whose documents the test sets. */
export interface DocumentServer {
  readonly url: string
  /** By path. Others are not found. */
  readonly documents: Map<string, DocumentAnswer>
  stop(): Promise<void>
}

export async function startDocumentServer(): Promise<DocumentServer> {
  const documents = new Map<string, DocumentAnswer>()
  const server = createServer((request, response) => {
    const answer = documents.get(request.url ?? '')
    if (answer === undefined) response.writeHead(404).end()
    else answer(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    documents,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** A document of this type. */
export function served(body: string | Uint8Array, type = 'text/markdown'): DocumentAnswer {
  return (response) => {
    response.writeHead(200, { 'content-type': type })
    response.end(body)
  }
}
