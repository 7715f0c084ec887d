import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Endpoints } from './endpoints-file.ts'

/** A gateway that a command asks, or its answer, is not what it should be. For the user. */
class GatewayAnswerError extends Error {
  override readonly name = 'GatewayAnswerError'
}

/** Where the Fairlead of a data directory is; undefined if none has run there. */
export function readEndpoints(dataDir: string): Endpoints | undefined {
  try {
    return JSON.parse(readFileSync(join(dataDir, 'endpoints.json'), 'utf8')) as Endpoints
  } catch {
    return undefined
  }
}

/** One POST of JSON to a gateway. */
interface GatewayRequest {
  /** Of the gateway. */
  readonly url: string
  readonly path: string
  readonly body: object
  readonly headers: Readonly<Record<string, string>>
  readonly apiKey: string | undefined
}

/**
 * The JSON that a gateway answers with status 200. Rejects with a GatewayAnswerError that says what
 * came instead; it never has the key.
 */
export function askGateway(
  { url, path, body, headers, apiKey }: GatewayRequest,
  signal: AbortSignal,
): Promise<unknown> {
  return ask(`the gateway at ${url}`, new URL(path, url), {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/json',
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    body: JSON.stringify(body),
    signal,
  })
}

/** The JSON that the admin port of a gateway answers with status 200. Rejects as `askGateway`. */
export function askAdmin(url: string, path: string, signal: AbortSignal): Promise<unknown> {
  return ask(`the admin port at ${url}`, new URL(path, url), { signal })
}

async function ask(whom: string, url: URL, request: RequestInit): Promise<unknown> {
  let response: Response
  try {
    response = await fetch(url, request)
  } catch (error) {
    request.signal?.throwIfAborted()
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error
    throw new GatewayAnswerError(
      `${whom} could not be asked (${reason instanceof Error ? reason.message : String(reason)}): check --url, or start one with fairlead up`,
    )
  }
  const text = await response.text()
  if (response.status !== 200) {
    throw new GatewayAnswerError(`${whom} answered with ${response.status}: ${messageIn(text)}`)
  }
  return JSON.parse(text) as unknown
}

/** The message of an error answer, or the answer itself. */
function messageIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { readonly error?: { readonly message?: unknown } }
    if (typeof error?.message === 'string') return error.message
  } catch {
    // Shown as it is.
  }
  return text.trim().slice(0, 500)
}
