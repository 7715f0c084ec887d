// The least that a reverse proxy on Node.js can cost: sockets on both sides, HTTP read by hand.
// Arguments: its port, the port of the upstream, and of that for paths below /words/.
import { connect, createServer, type Socket } from 'node:net'
import { MessageReader } from '../wire/message-reader.ts'

const [port = 0, staticPort = 0, wordsPort = 0] = process.argv.slice(2).map(Number)

/** A connection to an upstream, and the caller whose answer it carries. */
interface Upstream {
  readonly socket: Socket
  readonly reader: MessageReader
  caller: Socket | undefined
}

const idle = new Map<number, Upstream[]>([
  [staticPort, []],
  [wordsPort, []],
])

createServer((caller) => {
  caller.setNoDelay(true)
  const reader = new MessageReader()
  let pieces: Buffer[] = []
  /** Of the call that runs, or of the last one. */
  let upstream: Upstream | undefined
  caller.on('error', () => caller.destroy())
  caller.once('close', () => {
    if (upstream?.caller === caller) upstream.socket.destroy()
  })
  caller.on('data', (bytes: Buffer) => {
    pieces.push(bytes)
    // The whole request first, as every gateway needs it that looks into bodies.
    if (reader.read(bytes) === -1) return
    const isWords = reader.head.startsWith('POST /words/')
    reader.begin()
    upstream = takeUpstream(isWords ? wordsPort : staticPort, caller)
    upstream.socket.cork()
    for (const piece of pieces) upstream.socket.write(piece)
    upstream.socket.uncork()
    pieces = []
  })
}).listen(port, '127.0.0.1', 4096)

function takeUpstream(to: number, caller: Socket): Upstream {
  const upstream = idle.get(to)?.pop() ?? openUpstream(to)
  upstream.caller = caller
  return upstream
}

function openUpstream(to: number): Upstream {
  const socket = connect({ port: to, host: '127.0.0.1', noDelay: true })
  const upstream: Upstream = { socket, reader: new MessageReader(), caller: undefined }
  socket.on('error', () => socket.destroy())
  socket.once('close', () => {
    upstream.caller?.destroy()
    const others = idle.get(to) ?? []
    const index = others.indexOf(upstream)
    if (index !== -1) others.splice(index, 1)
  })
  socket.on('data', (bytes: Buffer) => {
    upstream.caller?.write(bytes)
    if (upstream.reader.read(bytes) === -1) return
    upstream.reader.begin()
    upstream.caller = undefined
    idle.get(to)?.push(upstream)
  })
  return upstream
}
