// A provider that streams word by word and costs little: argument 1 is the port. Every event is one
// write, 5 ms after the one before. `/held/` in the path: the first event only, then nothing. What
// asks for no stream is refused. `GET /counts`: how many events and streams it has written, and how
// many streams are open. `GET /end-held` also ends those that are held.
import { createServer, type Socket } from 'node:net'
import { anthropicEvents, chatEvents } from '../calls/recorded-answers.ts'
import { MessageReader } from '../wire/message-reader.ts'
import {
  millisecondsPerWord,
  wordsPerStream,
  type WordCounts,
} from '../calls/word-by-word-terms.ts'

interface Stream {
  readonly socket: Socket
  readonly events: readonly Buffer[]
  next: number
  dueMs: number
}

const head = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n',
)
const refusal = 'HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n'
const last = Buffer.from('0\r\n\r\n')
const openAi = chunksOf(chatEvents(wordsPerStream))
const anthropic = chunksOf(anthropicEvents(wordsPerStream))

const counts = { events: 0, streams: 0, open: 0 }
// All wait equally long, so the one that was written first is due first.
const waiting: Stream[] = []
const heldSockets = new Set<Socket>()

setInterval(writeDue, 1).unref()

createServer((socket) => {
  socket.setNoDelay(true)
  const reader = new MessageReader()
  let asksForStream = false
  socket.on('error', () => socket.destroy())
  socket.once('close', () => {
    if (heldSockets.delete(socket)) counts.open -= 1
  })
  socket.on('data', (bytes: Buffer) => {
    asksForStream ||= /"stream": ?true/.test(bytes.toString('latin1'))
    if (reader.read(bytes) === -1) return
    const isRefused = !asksForStream
    asksForStream = false
    const [method = '', path = ''] = reader.head.split(' ', 2)
    reader.begin()
    if (path === '/end-held') heldSockets.forEach((each) => each.destroy())
    if (method === 'GET') return answerCounts(socket)
    if (isRefused) return void socket.write(refusal)
    const events = path.endsWith('/messages') ? anthropic : openAi
    const stream: Stream = { socket, events, next: 0, dueMs: performance.now() }
    counts.open += 1
    if (path.includes('/held/')) {
      // Never ends: open until the connection closes.
      heldSockets.add(socket)
      socket.write(head)
      return void socket.write(events[0] ?? head)
    }
    socket.write(head)
    stream.dueMs += millisecondsPerWord
    waiting.push(stream)
  })
}).listen(Number(process.argv[2]), '127.0.0.1')

function writeDue(): void {
  const now = performance.now()
  let due = 0
  for (const stream of waiting) {
    if (stream.dueMs > now) break
    due += 1
  }
  for (const stream of waiting.splice(0, due)) {
    const event = stream.events[stream.next]
    if (event === undefined || stream.socket.destroyed) {
      counts.open -= 1
      if (event === undefined) counts.streams += 1
      if (event === undefined) stream.socket.write(last)
      continue
    }
    stream.socket.write(event)
    counts.events += 1
    stream.next += 1
    // From now, not from when it was due: a late upstream does not catch up in bursts.
    stream.dueMs = now + millisecondsPerWord
    waiting.push(stream)
  }
}

function chunksOf(events: readonly string[]): Buffer[] {
  return events.map((event) =>
    Buffer.from(`${Buffer.byteLength(event).toString(16)}\r\n${event}\r\n`),
  )
}

function answerCounts(socket: Socket): void {
  const body = JSON.stringify(counts satisfies WordCounts)
  socket.write(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
}
