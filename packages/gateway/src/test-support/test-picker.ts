import {
  createSecureServer,
  createServer,
  type SecureServerOptions,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type Settings,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import {
  readProcessingRequest,
  requestHeadersResponse,
  streamedBodyResponse,
} from './picker-messages.ts'

/** One call as a picker has seen it. */
class SeenPick {
  readonly stream: ServerHttp2Stream
  readonly connection: number
  headers: Readonly<Record<string, string>> = {}
  body = Buffer.alloc(0)
  /** Of the answer; empty until it has come. */
  answerHeaders: Readonly<Record<string, string>> = {}
  answer = Buffer.alloc(0)
  served: string | undefined
  /** `Ended` once all of the answer has been told, `Cancelled` if the gateway has given up. */
  readonly outcome = Promise.withResolvers<'Ended' | 'Cancelled'>()

  constructor(stream: ServerHttp2Stream, connection: number) {
    this.stream = stream
    this.connection = connection
  }

  /** Sends messages in one go. */
  send(...messages: readonly Uint8Array[]): void {
    this.stream.write(Buffer.concat(messages.map(frameOf)))
  }

  /** Ends the stream with a status of gRPC. */
  end(status: number): void {
    this.stream.once('wantTrailers', () => this.stream.sendTrailers({ 'grpc-status': status }))
    this.stream.end()
  }
}

/** What a picker does once the whole request has come. */
export type Picking = (pick: SeenPick) => void

export interface TestPicker {
  readonly port: number
  readonly picks: readonly SeenPick[]
  /** How all further calls are answered. */
  picking: Picking
  /** Whether it closes the connection on which the next call comes, without a word. */
  losesNext: boolean
  openConnections(): number
  /** Resolves with the pick of this number (from 1) once its request has come. */
  pick(number: number): Promise<SeenPick>
  /** Ends all connections, and takes no others. */
  stop(): Promise<void>
}

/** An endpoint picker on a real HTTP/2 server: over TLS if there are options for it, otherwise with these settings. */
export async function testPicker(
  picking: Picking,
  tls?: SecureServerOptions,
  settings: Settings = {},
): Promise<TestPicker> {
  const picks: SeenPick[] = []
  const waiting = new Set<() => void>()
  const sessions = new Set<ServerHttp2Session>()
  let connections = 0
  const server = tls === undefined ? createServer({ settings }) : createSecureServer(tls)
  server.on('session', (session: ServerHttp2Session) => {
    connections += 1
    const connection = connections
    sessions.add(session)
    session.on('error', () => {}).on('close', () => sessions.delete(session))
    session.on('stream', (stream: ServerHttp2Stream) => {
      if (picker.losesNext) {
        picker.losesNext = false
        return session.destroy()
      }
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc' },
        { waitForTrailers: true },
      )
      follow(new SeenPick(stream, connection), (pick) => {
        picks.push(pick)
        for (const wake of waiting) wake()
        picker.picking(pick)
      })
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const picker = {
    picking,
    losesNext: false,
    picks,
    openConnections: () => sessions.size,
    port: (server.address() as AddressInfo).port,
    async pick(number: number): Promise<SeenPick> {
      for (;;) {
        const seen = picks[number - 1]
        if (seen !== undefined) return seen
        await new Promise<void>((resolve) => {
          const wake = () => {
            waiting.delete(wake)
            resolve()
          }
          waiting.add(wake)
        })
      }
    },
    async stop() {
      for (const session of sessions) session.destroy()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
  onTestFinished(() => picker.stop())
  return picker
}

/** Chooses these endpoints, and gives the body back as pickers of the reference implementation do. */
export const picks =
  (...endpoints: readonly string[]): Picking =>
  (pick) => {
    const destination = endpoints.join(',')
    pick.send(
      requestHeadersResponse({ 'x-gateway-destination-endpoint': destination }),
      streamedBodyResponse(pick.body, true),
    )
  }

function follow(pick: SeenPick, asked: (pick: SeenPick) => void): void {
  let received = Buffer.alloc(0)
  pick.stream.on('error', () => {})
  pick.stream.on('close', () => pick.outcome.resolve('Cancelled'))
  pick.stream.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    while (received.length >= 5 && received.length >= 5 + received.readUInt32BE(1)) {
      const length = received.readUInt32BE(1)
      take(pick, received.subarray(5, 5 + length), asked)
      received = received.subarray(5 + length)
    }
  })
}

function take(pick: SeenPick, bytes: Buffer, asked: (pick: SeenPick) => void): void {
  const { message, served } = readProcessingRequest(bytes)
  pick.served ??= served
  switch (message.type) {
    case 'request-headers':
      pick.headers = Object.fromEntries(message.headers)
      return
    case 'response-headers':
      pick.answerHeaders = Object.fromEntries(message.headers)
      return
    case 'request-body':
      pick.body = Buffer.concat([pick.body, message.bytes])
      if (message.isLast) asked(pick)
      return
    case 'response-body':
      pick.answer = Buffer.concat([pick.answer, message.bytes])
      if (message.isLast) {
        pick.outcome.resolve('Ended')
        pick.end(0)
      }
  }
}

function frameOf(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(5 + message.length)
  frame.writeUInt32BE(message.length, 1)
  frame.set(message, 5)
  return frame
}
