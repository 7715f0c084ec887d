import { Agent, request as httpsRequest } from 'node:https'
import { gunzipSync } from 'node:zlib'
import { loadKubeConfig } from '@fairlead/controller-runtime'
import { parseExactJson, spacedJson } from './exact-json.ts'
import type { Exchange, Sender } from './recordings.ts'

/** What a server answered. Status 0: it did not, and `text` says why. */
export interface PlayedAnswer {
  readonly status: number
  readonly contentType?: string
  /** The Warning headers. */
  readonly warnings: readonly string[]
  /** The body, parsed when it is JSON. */
  readonly body: unknown
}

/** A server to play against, and its administrator's credentials. */
export interface PlayedServer {
  readonly url: string
  readonly ca?: string
  readonly authorization?: string
  readonly certificate?: string
  readonly key?: string
  readonly insecureSkipVerify?: boolean
}

/** The server and user of a kubeconfig's current context. */
export async function serverOf(kubeconfig: string): Promise<PlayedServer> {
  const { server, tls, credentials } = loadKubeConfig({ file: kubeconfig })
  const { authorization, certificate, key } = await credentials.current(AbortSignal.timeout(10_000))
  return {
    url: server,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(authorization === undefined ? {} : { authorization }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    ...(tls.insecureSkipVerify === true ? { insecureSkipVerify: true } : {}),
  }
}

/** Sends recorded requests as they stand: no header and no escape is added. */
export class Connection {
  readonly #server: PlayedServer
  readonly #administrator: Agent
  readonly #others: Agent

  constructor(server: PlayedServer) {
    this.#server = server
    const { ca, certificate: cert, key } = server
    const shared = {
      keepAlive: true,
      ...(ca === undefined ? {} : { ca }),
      ...(server.insecureSkipVerify === true ? { rejectUnauthorized: false } : {}),
    }
    this.#others = new Agent(shared)
    this.#administrator = new Agent({
      ...shared,
      ...(cert === undefined ? {} : { cert, key }),
    })
  }

  async send({ method, path, headers, body, sender }: Exchange): Promise<PlayedAnswer> {
    const bytes =
      body === undefined
        ? undefined
        : body.kind === 'bytes'
          ? Buffer.from(body.base64, 'base64')
          : Buffer.from(body.kind === 'text' ? body.text : spacedJson(body.value))
    const { promise, resolve } = Promise.withResolvers<PlayedAnswer>()
    const call = httpsRequest(this.#server.url, {
      method,
      path: escaped(path),
      agent: sender === 'administrator' ? this.#administrator : this.#others,
      timeout: deadlineMs,
      headers: {
        // As the recorded client did.
        Accept: 'application/json',
        ...this.#authorization(sender),
        ...(bytes === undefined
          ? {}
          : { 'Content-Type': 'application/json', 'Content-Length': bytes.length }),
        ...headers,
      },
    })
    call.once('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', (error) => resolve(failed(error)))
      response.once('end', () => {
        const encoding = response.headers['content-encoding']
        const whole = Buffer.concat(chunks)
        const text = (encoding === 'gzip' ? gunzipSync(whole) : whole).toString('utf8')
        const contentType = response.headers['content-type']
        const warnings = response.headersDistinct['warning'] ?? []
        resolve({
          status: response.statusCode ?? 0,
          ...(contentType === undefined ? {} : { contentType }),
          warnings,
          body: parsed(text),
        })
      })
    })
    call.once('error', (error) => resolve(failed(error)))
    call.once('timeout', () => call.destroy(new Error(`no answer within ${deadlineMs} ms`)))
    call.end(bytes)
    return promise
  }

  close(): void {
    this.#administrator.destroy()
    this.#others.destroy()
  }

  #authorization(sender: Sender): Record<string, string> {
    const { authorization } = this.#server
    if (sender === 'anonymous') return {}
    if (sender !== 'administrator') return { Authorization: `Bearer ${sender.token}` }
    return authorization === undefined ? {} : { Authorization: authorization }
  }
}

const deadlineMs = 30_000

function failed(error: Error): PlayedAnswer {
  return { status: 0, warnings: [], body: error.message }
}

/** One JSON value, the events of a watch, or text. */
function parsed(text: string): unknown {
  try {
    return parseExactJson(text)
  } catch {
    return text
  }
}

/** What Node.js refuses to send in a path. */
function escaped(path: string): string {
  return path.replaceAll(/[^\u0021-\u00ff]/g, encodeURIComponent)
}
