import { request } from 'node:https'
import type { KubeConfig } from '@fairlead/controller-runtime'
import type { Clock } from '@fairlead/base'

const timeoutMs = 5_000
const answerBytesMax = 64 * 1024

/** What an API server says of itself. */
interface ServerVersion {
  /** Such as `v1.34.0`. */
  readonly version: string
  /** How far its clock is ahead of ours, to about a second; undefined if it does not tell the time. */
  readonly skewMs: number | undefined
}

/** Asks an API server for its version and time. Rejects after five seconds, or with why it cannot. */
export async function askVersion(
  config: KubeConfig,
  clock: Clock,
  signal: AbortSignal,
): Promise<ServerVersion> {
  const credentials = await config.credentials.current(signal)
  const ca = (await config.tls.currentCa?.()) ?? config.tls.ca
  const beganMs = clock.now()
  const { body, date } = await answerOf(new URL(`${config.server.replace(/\/$/, '')}/version`), {
    signal,
    timeout: timeoutMs,
    rejectUnauthorized: config.tls.insecureSkipVerify !== true,
    ...(ca === undefined ? {} : { ca }),
    ...(config.tls.serverName === undefined ? {} : { servername: config.tls.serverName }),
    ...(credentials.certificate === undefined ? {} : { cert: credentials.certificate }),
    ...(credentials.key === undefined ? {} : { key: credentials.key }),
    ...(credentials.authorization === undefined
      ? {}
      : { headers: { authorization: credentials.authorization } }),
  })
  const halfwayMs = (beganMs + clock.now()) / 2
  const { gitVersion = 'unknown' } = JSON.parse(body) as { readonly gitVersion?: string }
  // The header has whole seconds, of which half have passed on average.
  const skewMs = date === undefined ? undefined : Date.parse(date) + 500 - halfwayMs
  return { version: gitVersion, skewMs }
}

interface Answer {
  readonly body: string
  readonly date: string | undefined
}

function answerOf(url: URL, options: Parameters<typeof request>[1]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, options, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        body += chunk
        if (body.length > answerBytesMax) asked.destroy(new Error('its answer is too long'))
      })
      response.on('error', reject)
      response.on('end', () => {
        if (response.statusCode === 200) resolve({ body, date: response.headers.date })
        else reject(new Error(`it answered with status ${response.statusCode}`))
      })
    })
    asked.on('timeout', () => asked.destroy(new Error('it did not answer within 5 s')))
    asked.on('error', reject)
    asked.end()
  })
}
