import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import type { Clock } from '@fairlead/base'
import type { Fault, FaultPlace } from './fault.ts'
import { faults } from './faults.ts'
import { formatAt } from './formats/provider-formats.ts'
import { Reply } from './reply.ts'

/** The connections that a listener with a backlog of one takes without accepting any. */
const backlog = 2

/** The provider that can do everything wrong, and everything right. */
export interface FaultyUpstream {
  /** The base URL of a provider that commits this fault, or of a good one. */
  baseURL(fault: Fault | undefined, type: string): string
  /** How many requests have been read; of good providers too. */
  readonly requests: number
  /** From now on paced faults follow another clock. */
  setClock(clock: Clock): void
  close(): Promise<void>
}

/**
 * Starts it on free ports. The path says what is done: `/<fault>/<API>/v1/…`, where the fault
 * `none` answers well.
 */
export async function startFaultyUpstream(clock: Clock): Promise<FaultyUpstream> {
  const sockets = new Set<Socket>()
  const servers: Server[] = []
  const seen = { requests: 0 }
  const time = { clock }
  const listen = async (onSocket: (socket: Socket) => void): Promise<number> => {
    const server = createServer((socket) => {
      keep(socket, sockets)
      onSocket(socket)
    })
    servers.push(server)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return (server.address() as AddressInfo).port
  }
  const port = await listen((socket) => serve(socket, () => time.clock, seen))
  const hangsUp = await listen((socket) => socket.end())
  const notTls = await listen((socket) => socket.once('data', () => socket.end('220 hello\r\n')))
  const silent = await listen(() => {})
  const stuck = await startNeverAccepting(sockets)
  const origins: Readonly<Record<FaultPlace, string>> = {
    Answers: `http://127.0.0.1:${port}`,
    // Not a port that was just given back: another test's server may be given it.
    Closed: 'http://127.0.0.1:1',
    Unknown: 'http://provider.invalid',
    Unaccepted: `http://127.0.0.1:${stuck.port}`,
    HangsUp: `http://127.0.0.1:${hangsUp}`,
    NotTLS: `https://127.0.0.1:${notTls}`,
    SilentTLS: `https://127.0.0.1:${silent}`,
  }
  return {
    baseURL: (fault, type) =>
      `${origins[fault?.place ?? 'Answers']}/${fault?.name ?? 'none'}/${type}/v1`,
    get requests() {
      return seen.requests
    },
    setClock: (next) => void (time.clock = next),
    async close() {
      for (const socket of sockets) socket.destroy()
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
      await stuck.thread.terminate()
    },
  }
}

function keep(socket: Socket, sockets: Set<Socket>): void {
  sockets.add(socket)
  // What is written goes out at once, so that no test waits for an acknowledgement.
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('close', () => sockets.delete(socket))
}

/** A listener whose backlog is full. */
async function startNeverAccepting(sockets: Set<Socket>) {
  const thread = new Worker(new URL('./never-accepts.program.ts', import.meta.url))
  const [port] = (await once(thread, 'message')) as [number]
  for (let count = 0; count < backlog; count += 1) {
    const socket = connect(port, '127.0.0.1')
    keep(socket, sockets)
    await once(socket, 'connect')
  }
  return { thread, port }
}

const byName = new Map(faults.map((fault) => [fault.name, fault]))

/** Reads requests, one after the other, and has each answered as its path says. */
function serve(socket: Socket, clock: () => Clock, seen: { requests: number }): void {
  let received = Buffer.alloc(0)
  let requestNumber = 0
  socket.on('data', (piece: Buffer) => {
    received = Buffer.concat([received, piece])
    const request = parseRequest(received)
    if (request === undefined) return
    received = received.subarray(request.length)
    requestNumber += 1
    seen.requests += 1
    const [, faultName = '', type] = request.path.split('/')
    const format = formatAt(type, request.path)
    if (format === undefined) return void socket.destroy()
    const { key, text: requestText } = request
    const { stream = false } = JSON.parse(requestText) as { readonly stream?: boolean }
    const reply = new Reply(socket, clock(), { format, stream, requestNumber, key, requestText })
    const fault = byName.get(faultName)
    if (fault === undefined || (fault.afterCall && requestNumber === 1)) reply.answer()
    else fault.act(reply)
  })
}

interface ReadRequest {
  readonly path: string
  readonly key: string
  readonly text: string
  /** In bytes, head and body. */
  readonly length: number
}

/** The first request in these bytes, if it is complete. */
function parseRequest(bytes: Buffer): ReadRequest | undefined {
  const headLength = bytes.indexOf('\r\n\r\n') + 4
  if (headLength < 4) return undefined
  const head = bytes.toString('latin1', 0, headLength)
  const length = headLength + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
  if (bytes.length < length) return undefined
  return {
    path: head.split(' ')[1] ?? '',
    key: /^(?:authorization: *Bearer|x-api-key:) *(\S+)/im.exec(head)?.[1] ?? '',
    text: bytes.toString('utf8', headLength, length),
    length,
  }
}
