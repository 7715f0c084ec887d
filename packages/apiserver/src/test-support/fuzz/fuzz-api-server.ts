import { Agent, request as httpsRequest } from 'node:https'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { silentLogger } from '@fairlead/base'
import { SeededRandom } from '@fairlead/base/testing'

import { startApiServer, type ApiServer } from '../../index.ts'
import { fuzzedDefinition, RandomRequests, type FuzzRequest } from './random-request.ts'

/** A request that the server could not cope with. */
interface FuzzFault {
  readonly status: number
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** The beginning of the body. */
  readonly body: string
  readonly answer: string
  /** Where an internal error came from. */
  readonly stack: string
}

interface FuzzResult {
  readonly statuses: ReadonlyMap<number, number>
  readonly faults: readonly FuzzFault[]
  /** That the second half of the cases left too much behind; undefined: it did not. */
  readonly growth: string | undefined
}

/** So many requests are under way at once. */
const parallel = 8
/** With so many the cause is known. */
const faultsMax = 20
const shownMax = 1500
/** An answer that takes longer than this is a fault. */
const answerDeadlineMs = 10_000
/** Not even a real server's own defects are an answer to a caller's mistake. 0: there was none. */
const faulty: readonly number[] = [0, 500, 502, 503]

/** Sends `cases` random requests, made from `seed`, to a server in this process. */
export async function fuzzApiServer(seed: number, cases: number): Promise<FuzzResult> {
  const stacks: string[] = []
  const server = await startApiServer({
    port: 0,
    logger: {
      ...silentLogger,
      error: (fields) => void stacks.push(stackOf((fields as { error?: unknown }).error)),
    },
  })
  const agent = new Agent({ ca: server.caCertificate, keepAlive: true, maxSockets: parallel })
  const requests = new RandomRequests(new SeededRandom(seed))
  const statuses = new Map<number, number>()
  const faults: FuzzFault[] = []
  let sent = 0
  let halfway = 0
  const work = async (): Promise<void> => {
    while (sent < cases && faults.length < faultsMax) {
      sent += 1
      if (sent === Math.ceil(cases / 2)) halfway = keptBytes()
      const request = requests.next()
      const { status, answer } = await send(server, agent, request)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (faulty.includes(status)) {
        faults.push(faultOf(request, status, answer, stacks.pop() ?? ''))
      }
    }
  }
  try {
    await send(server, agent, {
      method: 'POST',
      path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(fuzzedDefinition)),
    })
    await Promise.all(Array.from({ length: parallel }, work))
    return { statuses, faults, growth: growthOf(keptBytes() - halfway) }
  } finally {
    agent.destroy()
    await server.stop()
  }
}

/** What is stored, and the history of changes, may still grow a little after half of the cases. */
const growthMax = 48 * 1024 * 1024

function growthOf(bytes: number): string | undefined {
  if (bytes <= growthMax) return undefined
  return `the second half of the cases left ${Math.round(bytes / 1024 / 1024)} MiB behind`
}

/** Bytes that are kept in this process, after all garbage was collected. */
function keptBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Status 0: the connection broke, or there was no answer in time. Answers that never end are cut. */
function send(
  server: ApiServer,
  agent: Agent,
  { method, path, headers, body }: FuzzRequest,
): Promise<{ status: number; answer: string }> {
  const { promise, resolve } = Promise.withResolvers<{ status: number; answer: string }>()
  const call = httpsRequest(server.url + path, {
    method,
    agent,
    timeout: answerDeadlineMs,
    headers: {
      authorization: `Bearer ${server.adminToken}`,
      ...(body === undefined ? {} : { 'content-length': String(body.length) }),
      ...headers,
    },
  })
  call.once('response', (response) => {
    const chunks: Buffer[] = []
    const done = (): void =>
      resolve({ status: response.statusCode ?? 0, answer: Buffer.concat(chunks).toString('utf8') })
    // Streams of events have no length.
    const isStream = response.headers['transfer-encoding'] === 'chunked' && method === 'GET'
    if (isStream && /watch/.test(path)) {
      done()
      call.destroy()
      return
    }
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.once('end', done).once('error', done)
  })
  call.once('timeout', () => call.destroy(new Error('no answer in time')))
  call.once('error', (error) => resolve({ status: 0, answer: error.message }))
  call.end(body)
  return promise
}

function faultOf(
  { method, path, headers, body }: FuzzRequest,
  status: number,
  answer: string,
  stack: string,
): FuzzFault {
  return {
    status,
    method,
    path,
    headers,
    body: (body ?? Buffer.alloc(0)).subarray(0, shownMax).toString('latin1'),
    answer: answer.slice(0, shownMax),
    stack,
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message).slice(0, shownMax) : ''
}
