import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

interface IdentityServerRequest {
  readonly method: string
  /** With its query. */
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** The body as the fields of a form. */
  readonly form: URLSearchParams
}

interface IdentityServerAnswer {
  readonly status?: number
  /** Sent as JSON, unless it is text. */
  readonly body: unknown
}

/** A server that gives tokens, as a test scripts it. */
interface IdentityServer extends AsyncDisposable {
  readonly origin: string
  readonly host: string
  /** `METHOD /path`, in the order in which they came. */
  readonly requests: string[]
}

/** What `answer` throws is answered with 400, and its message. */
export async function startIdentityServer(
  answer: (request: IdentityServerRequest) => IdentityServerAnswer,
): Promise<IdentityServer> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://localhost')
      const body = Buffer.concat(pieces).toString('utf8')
      const { method = '', headers } = request
      requests.push(`${method} ${url.pathname}`)
      const { status = 200, body: answered } = safely(() =>
        answer({ method, url, headers, body, form: new URLSearchParams(body) }),
      )
      const text = typeof answered === 'string' ? answered : JSON.stringify(answered)
      response.writeHead(status).end(text)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const host = `127.0.0.1:${port}`
  return {
    origin: `http://${host}`,
    host,
    requests,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

function safely(answer: () => IdentityServerAnswer): IdentityServerAnswer {
  try {
    return answer()
  } catch (error) {
    return { status: 400, body: error instanceof Error ? error.message : String(error) }
  }
}
